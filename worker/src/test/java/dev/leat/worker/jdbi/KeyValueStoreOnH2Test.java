package dev.leat.worker.jdbi;

import dev.leat.testkit.TestDatabase;

final class KeyValueStoreOnH2Test extends KeyValueStoreContract {
  KeyValueStoreOnH2Test() {
    super(TestDatabase.h2());
  }
}
