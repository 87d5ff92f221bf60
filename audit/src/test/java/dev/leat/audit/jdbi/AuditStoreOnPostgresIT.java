package dev.leat.audit.jdbi;

import dev.leat.testkit.TestDatabase;

final class AuditStoreOnPostgresIT extends AuditStoreContract {
  AuditStoreOnPostgresIT() {
    super(TestDatabase.postgres());
  }
}
