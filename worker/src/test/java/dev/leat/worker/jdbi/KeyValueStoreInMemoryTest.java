package dev.leat.worker.jdbi;

import dev.leat.worker.capability.keyvalue.MemoryKeyValueStore;

final class KeyValueStoreInMemoryTest extends KeyValueStoreContract {
  KeyValueStoreInMemoryTest() {
    super(new MemoryKeyValueStore());
  }
}
