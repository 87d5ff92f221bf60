package dev.leat.invocations.jdbi;

import dev.leat.testkit.TestDatabase;

class ScheduleStoreOnPostgresIT extends ScheduleStoreContract {
  ScheduleStoreOnPostgresIT() {
    super(TestDatabase.postgres());
  }
}
