package dev.leat.invocations.jdbi;

import dev.leat.testkit.TestDatabase;

class AsyncStoreOnPostgresIT extends AsyncStoreContract {
  AsyncStoreOnPostgresIT() {
    super(TestDatabase.postgres());
  }
}
