package dev.leat.worker.jdbi;

import dev.leat.worker.capability.keyvalue.KeyValueStoreContract;

final class KeyValueStoreOnH2Test extends KeyValueStoreContract {
  KeyValueStoreOnH2Test() {
    super(TestKeyValueStore.in(TestKeyValueStore.DATABASES.h2()));
  }
}
