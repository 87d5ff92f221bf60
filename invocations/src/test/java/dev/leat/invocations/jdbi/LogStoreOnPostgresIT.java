package dev.leat.invocations.jdbi;

import dev.leat.testkit.TestDatabase;

final class LogStoreOnPostgresIT extends LogStoreContract {
  LogStoreOnPostgresIT() {
    super(TestDatabase.postgres());
  }
}
