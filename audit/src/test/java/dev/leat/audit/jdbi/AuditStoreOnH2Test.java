package dev.leat.audit.jdbi;

import dev.leat.testkit.TestDatabase;

final class AuditStoreOnH2Test extends AuditStoreContract {
  AuditStoreOnH2Test() {
    super(TestDatabase.h2());
  }
}
