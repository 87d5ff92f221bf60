package dev.leat.worker;

import dev.leat.contract.Allowance;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.worker.capability.HostWork;
import dev.leat.worker.capability.keyvalue.KeyValuePower;
import dev.leat.worker.capability.keyvalue.KeyValueStore;
import dev.leat.worker.jdbi.JdbiKeyValueStore;
import dev.leat.worker.jdbi.WorkerSchema;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/** Values of functions in a database of a test. */
public final class TestKeyValues {
  static final MigratedDatabases DATABASES = new MigratedDatabases(WorkerSchema::migrate);

  final KeyValueStore store;
  final HostWork work = new HostWork(Executors.newVirtualThreadPerTaskExecutor(), 2);
  private volatile Allowance allowance = Allowance.PLATFORM;

  private TestKeyValues(DataSource database) {
    store = new JdbiKeyValueStore(database);
  }

  /** In one of {@link #DATABASES}. */
  static TestKeyValues in(DataSource database) {
    return new TestKeyValues(database);
  }

  /** For guests that have no values: nothing is connected to. */
  static TestKeyValues none() {
    return new TestKeyValues(new JdbcDataSource());
  }

  /** The power for who links it only. */
  public static KeyValuePower unused() {
    return none().power(new ManualClock());
  }

  KeyValuePower power(ManualClock clock) {
    return new KeyValuePower(store, work, tenant -> allowance, clock);
  }

  /** What a tenant may keep from now on. */
  void allow(long keys, long bytes) {
    allowance = Allowance.PLATFORM.withKeys(keys, bytes);
  }
}
