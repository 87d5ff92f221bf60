package dev.leat.invocations.jdbi;

import dev.leat.testkit.TestDatabase;

class KeyedCallStoreOnH2Test extends KeyedCallStoreContract {
  KeyedCallStoreOnH2Test() {
    super(TestDatabase.h2());
  }
}
