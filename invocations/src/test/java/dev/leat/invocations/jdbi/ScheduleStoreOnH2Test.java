package dev.leat.invocations.jdbi;

class ScheduleStoreOnH2Test extends ScheduleStoreContract {
  ScheduleStoreOnH2Test() {
    super(DATABASES.h2());
  }
}
