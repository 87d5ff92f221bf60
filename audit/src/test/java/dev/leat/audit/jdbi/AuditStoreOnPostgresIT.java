package dev.leat.audit.jdbi;

final class AuditStoreOnPostgresIT extends AuditStoreContract {
  AuditStoreOnPostgresIT() {
    super(DATABASES.postgres());
  }
}
