package dev.leat.scheduler.jdbi;

import dev.leat.testkit.TestDatabase;

final class AssignmentStoreOnPostgresIT extends AssignmentStoreContract {
  AssignmentStoreOnPostgresIT() {
    super(TestDatabase.postgres());
  }
}
