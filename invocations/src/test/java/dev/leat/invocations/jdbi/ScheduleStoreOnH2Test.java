package dev.leat.invocations.jdbi;

import dev.leat.testkit.TestDatabase;

class ScheduleStoreOnH2Test extends ScheduleStoreContract {
  ScheduleStoreOnH2Test() {
    super(TestDatabase.h2());
  }
}
