package dev.leat.worker.capability.keyvalue;

final class KeyValueStoreInMemoryTest extends KeyValueStoreContract {
  KeyValueStoreInMemoryTest() {
    super(new Tested(new MemoryKeyValueStore(), () -> {}));
  }
}
