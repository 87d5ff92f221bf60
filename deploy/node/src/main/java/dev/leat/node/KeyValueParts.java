package dev.leat.node;

import dev.leat.contract.TenantId;
import dev.leat.store.JdbiLeases;
import dev.leat.worker.capability.HostWork;
import dev.leat.worker.capability.keyvalue.CollectExpired;
import dev.leat.worker.capability.keyvalue.KeyValueStore;
import dev.leat.worker.jdbi.JdbiKeyValueStore;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/** What functions keep between invocations. */
final class KeyValueParts {
  /** Of one turn of a tenant's deletion: well within a second. */
  private static final int FORGOTTEN_AT_ONCE = 1_000;

  final KeyValueStore store;
  final HostWork work;
  final CollectExpired collecting;

  /**
   * @param blocking virtual threads
   * @param connections of the database's pool, of which guests have half: the platform's own work
   *     goes on whatever they ask for
   */
  KeyValueParts(DataSource source, Executor blocking, int connections, InstantSource clock) {
    store = new JdbiKeyValueStore(source);
    work = new HostWork(blocking, Math.max(1, connections / 2));
    collecting =
        new CollectExpired(
            store, new JdbiLeases(source), "expired-values#" + UUID.randomUUID(), clock);
  }

  /** Removes some of a tenant's values; gives whether more may be left. */
  boolean forgetSome(TenantId tenant) {
    return store.forget(tenant, FORGOTTEN_AT_ONCE) == FORGOTTEN_AT_ONCE;
  }
}
