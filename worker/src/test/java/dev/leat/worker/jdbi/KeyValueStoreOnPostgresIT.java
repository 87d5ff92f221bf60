package dev.leat.worker.jdbi;

import dev.leat.worker.capability.keyvalue.KeyValueStoreContract;

final class KeyValueStoreOnPostgresIT extends KeyValueStoreContract {
  KeyValueStoreOnPostgresIT() {
    super(TestKeyValueStore.in(TestKeyValueStore.DATABASES.postgres()));
  }
}
