package dev.leat.audit.jdbi;

final class AuditStoreOnH2Test extends AuditStoreContract {
  AuditStoreOnH2Test() {
    super(DATABASES.h2());
  }
}
