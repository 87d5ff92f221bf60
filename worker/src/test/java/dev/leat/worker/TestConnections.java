package dev.leat.worker;

import dev.leat.contract.Change;
import dev.leat.contract.ConnectionUrl;
import dev.leat.contract.DatabaseLogin;
import dev.leat.contract.TenantId;
import dev.leat.worker.capability.HostWork;
import dev.leat.worker.capability.database.DatabasePower;
import dev.leat.worker.capability.database.ResultRoom;
import dev.leat.worker.jdbc.TenantDatabases;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Connections for functions, as a test says. */
public final class TestConnections implements AutoCloseable {
  private final Map<String, DatabaseLogin> logins = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  final ResultRoom room = new ResultRoom(64 << 20);
  final HostWork work = new HostWork(threads, 100);
  final TenantDatabases databases =
      new TenantDatabases(
          (tenant, name) -> Optional.ofNullable(logins.get(tenant + "/" + name)),
          Path.of("target"),
          threads);

  DatabasePower power() {
    return new DatabasePower(databases, room, work, threads);
  }

  /** What an operator does; the feed tells it. */
  void set(String tenant, String name, String url, String user) {
    logins.put(
        tenant + "/" + name, new DatabaseLogin(ConnectionUrl.of(url), user, "", Instant.EPOCH));
    databases.changed(new Change.ConnectionsChanged(new TenantId(tenant)));
  }

  void delete(String tenant, String name) {
    logins.remove(tenant + "/" + name);
    databases.changed(new Change.ConnectionsChanged(new TenantId(tenant)));
  }

  @Override
  public void close() {
    databases.close();
    threads.close();
  }
}
