package dev.leat.worker.jdbi;

import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import dev.leat.worker.capability.keyvalue.KeyValueStoreContract.Tested;

/** Values in one of {@link #DATABASES}. */
final class TestKeyValueStore {
  static final MigratedDatabases DATABASES = new MigratedDatabases(WorkerSchema::migrate);

  private TestKeyValueStore() {}

  static Tested in(TestDatabase database) {
    return new Tested(new JdbiKeyValueStore(database.dataSource()), database::close);
  }
}
