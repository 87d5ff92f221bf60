package dev.leat.invocations.jdbi;

import dev.leat.testkit.TestDatabase;

class KeyedCallStoreOnPostgresIT extends KeyedCallStoreContract {
  KeyedCallStoreOnPostgresIT() {
    super(TestDatabase.postgres());
  }
}
