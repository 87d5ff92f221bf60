package dev.leat.node;

import dev.leat.contract.Allowances;
import dev.leat.contract.TenantId;
import dev.leat.store.FairPlaces;
import dev.leat.store.JdbiLeases;
import dev.leat.tenants.Tenant;
import dev.leat.worker.capability.HostWork;
import dev.leat.worker.capability.keyvalue.CollectExpired;
import dev.leat.worker.capability.keyvalue.KeyValuePower;
import dev.leat.worker.capability.keyvalue.KeyValueStore;
import dev.leat.worker.jdbi.JdbiForgottenTenants;
import dev.leat.worker.jdbi.JdbiKeyValueStore;
import dev.leat.worker.redis.RedisConfig;
import dev.leat.worker.redis.RedisKeyValueStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;

/** What functions keep between invocations: in the database, or in a Redis. */
final class KeyValueParts implements AutoCloseable {
  /** Of one turn of a tenant's deletion: well within a second. */
  private static final int FORGOTTEN_AT_ONCE = 1_000;

  /**
   * What a Redis is asked at the same moment. It does one thing after the other; these keep it
   * busy, with 16 MiB of values that are under way at the most.
   */
  private static final int REDIS_AT_ONCE = 32;

  private final KeyValueStore tables;
  private final JdbiForgottenTenants forgotten;
  private final boolean isElsewhere;
  private final Runnable closeStore;
  private final InstantSource clock;

  final KeyValueStore store;

  /** Where what tenants have asked of the database is done. */
  final FairPlaces databasePlaces;

  /** What is asked of the database for guests. */
  final HostWork databaseWork;

  final KeyValuePower power;
  final CollectExpired collecting;

  /**
   * @param blocking virtual threads
   * @param tenants when each was made, as far as it is known here
   * @param connections of the database's pool, of which tenants have half: the platform's own work
   *     goes on whatever they ask for
   */
  KeyValueParts(
      DataSource source,
      RedisConfig redis,
      Executor blocking,
      int connections,
      Function<TenantId, Optional<Instant>> tenants,
      Allowances allowances,
      InstantSource clock) {
    tables = new JdbiKeyValueStore(source);
    databasePlaces = new FairPlaces(Math.max(1, connections / 2));
    databaseWork = new HostWork(blocking, databasePlaces);
    this.clock = clock;
    forgotten = new JdbiForgottenTenants(source);
    HostWork valueWork;
    Consumer<Instant> left;
    if (redis.isSet()) {
      RedisKeyValueStore inRedis = new RedisKeyValueStore(redis, tenants);
      store = inRedis;
      closeStore = inRedis::close;
      isElsewhere = true;
      valueWork = new HostWork(blocking, REDIS_AT_ONCE);
      left =
          now ->
              forgotten.remove(
                  owner -> inRedis.forget(owner, FORGOTTEN_AT_ONCE) == FORGOTTEN_AT_ONCE ? 1 : 0,
                  now);
    } else {
      store = tables;
      closeStore = () -> {};
      isElsewhere = false;
      valueWork = databaseWork;
      left = now -> {};
    }
    power = new KeyValuePower(store, valueWork, allowances, clock);
    collecting =
        new CollectExpired(
            store, left, new JdbiLeases(source), "expired-values#" + UUID.randomUUID(), clock);
  }

  /** Removes some of a tenant's values in the database; gives whether more may be left. */
  boolean forgetSome(TenantId tenant) {
    return tables.forget(tenant, FORGOTTEN_AT_ONCE) == FORGOTTEN_AT_ONCE;
  }

  /** Has its values in a Redis be removed, when that is there. */
  void forgetLater(Tenant tenant) {
    if (isElsewhere) {
      forgotten.add(RedisKeyValueStore.owner(tenant.id(), tenant.createdAt()), clock.instant());
    }
  }

  @Override
  public void close() {
    closeStore.run();
  }
}
