package dev.leat.worker.jdbi;

import dev.leat.testkit.TestDatabase;
import dev.leat.worker.capability.keyvalue.KeyValueStoreContract.Tested;

/** Values in a database that has the tables for them. */
final class TestKeyValueStore {
  private TestKeyValueStore() {}

  static Tested in(TestDatabase database) {
    WorkerSchema.migrate(database.dataSource());
    return new Tested(new JdbiKeyValueStore(database.dataSource()), database::close);
  }
}
