package dev.leat.worker;

import dev.leat.testkit.TestDatabase;

final class DatabasePowerOnPostgresIT extends DatabasePowerContract {
  private static final TestDatabase DATABASE = TestDatabase.postgres();

  DatabasePowerOnPostgresIT() {
    super(DATABASE, DATABASE.url().replace("user=postgres&", ""), "postgres");
  }
}
