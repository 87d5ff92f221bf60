package dev.leat.scheduler.jdbi;

final class AssignmentStoreOnPostgresIT extends AssignmentStoreContract {
  AssignmentStoreOnPostgresIT() {
    super(DATABASES.postgres());
  }
}
