package dev.leat.invocations.jdbi;

import dev.leat.testkit.TestDatabase;

class AsyncStoreOnH2Test extends AsyncStoreContract {
  AsyncStoreOnH2Test() {
    super(TestDatabase.h2());
  }
}
