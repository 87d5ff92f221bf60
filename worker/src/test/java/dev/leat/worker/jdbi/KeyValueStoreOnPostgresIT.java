package dev.leat.worker.jdbi;

import dev.leat.testkit.TestDatabase;

final class KeyValueStoreOnPostgresIT extends KeyValueStoreContract {
  KeyValueStoreOnPostgresIT() {
    super(TestDatabase.postgres());
  }
}
