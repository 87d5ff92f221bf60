package dev.leat.worker.jdbc;

import dev.leat.contract.Change;
import dev.leat.contract.ConnectionUrl;
import dev.leat.contract.DatabaseLogin;
import dev.leat.contract.TenantId;
import dev.leat.store.ChangeFeed;
import dev.leat.worker.capability.database.ConnectionSource;
import dev.leat.worker.capability.database.Databases;
import dev.leat.worker.capability.database.SqlFailure;
import dev.leat.worker.capability.database.SqlSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool for each connection that functions use on this node, made with its first use and closed
 * when an operator changes or deletes it. Safe for several threads.
 */
public final class TenantDatabases implements Databases, ChangeFeed.Subscriber, AutoCloseable {
  /**
   * Pools; one without connections takes some 50 KB, and four connections beside. The one that was
   * used longest ago goes for another.
   */
  static final int POOLS_MAX = 500;

  private static final Logger LOG = LoggerFactory.getLogger(TenantDatabases.class);
  private static final ThreadFactory THREADS =
      Thread.ofPlatform().daemon().name("leat-connections-", 0).factory();

  private final ConnectionSource source;
  private final Path files;
  private final Executor blocking;
  private final int poolsMax;
  private final ScheduledExecutorService housekeeping =
      Executors.newSingleThreadScheduledExecutor(THREADS);
  private final Map<Key, ConnectionPool> pools = new ConcurrentHashMap<>();

  /** Those within the node that were opened; with the lock {@link #removing}. */
  private final Set<EmbeddedDatabase> embedded = new HashSet<>();

  private final Object removing = new Object();
  private volatile long revision;
  private volatile boolean isClosed;

  private record Key(TenantId tenant, String connection) {}

  /**
   * @param files a folder for embedded databases; it is made when there is one
   * @param blocking virtual threads
   */
  public TenantDatabases(ConnectionSource source, Path files, Executor blocking) {
    this(source, files, blocking, POOLS_MAX);
  }

  TenantDatabases(ConnectionSource source, Path files, Executor blocking, int poolsMax) {
    this.source = source;
    this.files = files;
    this.blocking = blocking;
    this.poolsMax = poolsMax;
  }

  @Override
  public Optional<SqlSession> session(TenantId tenant, String connection) {
    return pool(new Key(tenant, connection)).map(pool -> new JdbcSession(pool, blocking));
  }

  private Optional<ConnectionPool> pool(Key key) {
    ConnectionPool known = pools.get(key);
    return known != null ? Optional.of(known) : open(key);
  }

  /** What is read while it is changed is read again. */
  private Optional<ConnectionPool> open(Key key) {
    while (true) {
      long seen = revision;
      Optional<DatabaseLogin> login = login(key);
      if (login.isEmpty()) {
        return Optional.empty();
      }
      ConnectionPool pool = opened(key, login.get());
      if (isClosed) {
        retire(each -> true);
        throw away(null);
      }
      makeRoom(key);
      if (revision == seen) {
        return Optional.of(pool);
      }
      retire(each -> each.equals(key));
    }
  }

  private Optional<DatabaseLogin> login(Key key) {
    try {
      return source.find(key.tenant(), key.connection());
    } catch (RuntimeException e) {
      throw away(e);
    }
  }

  private static SqlFailure away(@Nullable Throwable cause) {
    return new SqlFailure(
        SqlFailure.Kind.UNAVAILABLE, "", "A tenant's connection cannot be found out", cause);
  }

  private ConnectionPool opened(Key key, DatabaseLogin login) {
    if (!login.url().isEmbedded()) {
      return pools.computeIfAbsent(key, absent -> pool(absent, login, null));
    }
    EmbeddedDatabase database = new EmbeddedDatabase(key.tenant(), key.connection(), login, files);
    synchronized (removing) {
      embedded.add(database);
      return pools.computeIfAbsent(key, absent -> pool(absent, login, database));
    }
  }

  private ConnectionPool pool(Key key, DatabaseLogin login, @Nullable EmbeddedDatabase within) {
    return new ConnectionPool(
        key.tenant() + "/" + key.connection(), login, within, blocking, housekeeping, THREADS);
  }

  private void makeRoom(Key opened) {
    if (pools.size() <= poolsMax) {
      return;
    }
    long now = System.nanoTime();
    pools.entrySet().stream()
        .filter(each -> !each.getKey().equals(opened) && !each.getValue().isUsed())
        .max(Comparator.comparingLong(each -> now - each.getValue().usedNanos()))
        .ifPresent(oldest -> retire(key -> key.equals(oldest.getKey())));
  }

  private void retire(Predicate<Key> which) {
    pools.forEach((key, pool) -> {
      if (which.test(key) && pools.remove(key, pool)) {
        blocking.execute(() -> close(key, pool));
      }
    });
  }

  private static void close(Key key, ConnectionPool pool) {
    LOG.debug(
        "Closing connections of functions tenant={} connection={}", key.tenant(), key.connection());
    pool.close();
  }

  /** Pools that are open. */
  public int pools() {
    return pools.size();
  }

  @Override
  public void load() {
    hasChanged();
    retire(key -> !isCurrent(key));
    blocking.execute(() -> removeAbandoned(tenant -> true));
  }

  @Override
  public void changed(Change change) {
    switch (change) {
      case Change.ConnectionsChanged(TenantId tenant) -> changed(tenant);
      case Change.TenantChanged(TenantId tenant) -> changed(tenant);
      default -> {} // no connection
    }
  }

  private void changed(TenantId tenant) {
    hasChanged();
    retire(key -> key.tenant().equals(tenant) && !isCurrent(key));
    blocking.execute(() -> removeAbandoned(tenant::equals));
  }

  /** Removes databases within the node whose connections are no more. */
  private void removeAbandoned(Predicate<TenantId> whose) {
    synchronized (removing) {
      try {
        for (EmbeddedDatabase each : List.copyOf(embedded)) {
          if (whose.test(each.tenant()) && !isNamed(each.tenant(), each.connection(), each::isOf)) {
            embedded.remove(each);
            each.shutDown();
          }
        }
        for (String tenant : EmbeddedDatabase.names(files)) {
          if (TenantId.isValid(tenant) && whose.test(new TenantId(tenant))) {
            removeFiles(new TenantId(tenant));
          }
        }
      } catch (IOException | RuntimeException e) {
        LOG.warn("What deleted connections had within the node stays for now", e);
      }
    }
  }

  private void removeFiles(TenantId tenant) throws IOException {
    for (String folder : EmbeddedDatabase.names(files.resolve(tenant.value()))) {
      String connection = EmbeddedDatabase.connection(folder);
      if (!isNamed(
          tenant,
          connection,
          login ->
              login.url() instanceof ConnectionUrl.H2File
                  && folder.equals(EmbeddedDatabase.folder(connection, login)))) {
        EmbeddedDatabase.remove(files, tenant, folder);
      }
    }
  }

  /** Whether there is such a connection. */
  private boolean isNamed(TenantId tenant, String connection, Predicate<DatabaseLogin> which) {
    return source.find(tenant, connection).filter(which).isPresent();
  }

  private boolean isCurrent(Key key) {
    ConnectionPool pool = pools.get(key);
    return pool != null
        && source.find(key.tenant(), key.connection()).filter(pool::isOf).isPresent();
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // subscribers are called one at a time
  private void hasChanged() {
    revision++;
  }

  @Override
  public void close() {
    isClosed = true;
    pools.forEach((key, pool) -> {
      pools.remove(key);
      close(key, pool);
    });
    synchronized (removing) {
      embedded.forEach(EmbeddedDatabase::shutDown);
      embedded.clear();
    }
    housekeeping.shutdown();
  }
}
