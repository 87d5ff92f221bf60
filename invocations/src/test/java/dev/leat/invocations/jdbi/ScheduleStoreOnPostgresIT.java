package dev.leat.invocations.jdbi;

class ScheduleStoreOnPostgresIT extends ScheduleStoreContract {
  ScheduleStoreOnPostgresIT() {
    super(DATABASES.postgres());
  }
}
