package dev.leat.node;

import dev.leat.contract.ConnectionUrl;
import dev.leat.contract.TenantId;
import dev.leat.registry.connection.ConnectionStore;
import dev.leat.registry.connection.Connections;
import dev.leat.registry.jdbi.JdbiConnectionStore;
import dev.leat.store.encryption.Encryption;
import dev.leat.tenants.Quotas;
import dev.leat.worker.capability.HostWork;
import dev.leat.worker.capability.database.DatabasePower;
import dev.leat.worker.capability.database.ResultRoom;
import dev.leat.worker.capability.database.SqlSession;
import dev.leat.worker.jdbc.TenantDatabases;
import dev.leat.worker.sql.SqlStatement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** The databases that functions reach: what operators say of them, and what is open here. */
final class ConnectionParts {
  /**
   * Statements under way or waiting for a connection: more than a node has guests. What runs in one
   * database its connections bound.
   */
  private static final int AT_ONCE = 1_024;

  private static final SqlSession.Limits SET_UP =
      new SqlSession.Limits(1, 1_024, Duration.ofSeconds(20));

  final ConnectionStore store;
  final Connections connections;
  final TenantDatabases databases;
  final DatabasePower power;

  /**
   * @param encryption by the operator's keys; empty where this node has none
   * @param blocking virtual threads
   */
  ConnectionParts(
      NodeConfig config,
      DataDirectory directory,
      ModuleParts stored,
      Supplier<Optional<Encryption>> encryption,
      Quotas quotas,
      Executor blocking,
      Clock clock) {
    store = new JdbiConnectionStore(stored.database, stored.turns);
    connections =
        new Connections(
            store,
            encryption,
            url -> isPlatforms(config.database(), url),
            config.place().isEmpty(),
            quotas,
            clock);
    databases = new TenantDatabases(connections::login, directory.databases(), blocking);
    power =
        new DatabasePower(
            databases, ResultRoom.ofThisJvm(), new HostWork(blocking, AT_ONCE), blocking);
  }

  /** Runs statements on a connection, which nobody is asked about: those of its operator. */
  void setUp(TenantId tenant, String connection, List<String> statements) {
    for (String sql : statements) {
      databases
          .session(tenant, connection)
          .orElseThrow()
          .run(
              new SqlStatement(sql, true, false, Set.of(), Set.of(), Set.of(), 0),
              List.of(),
              SET_UP);
    }
  }

  /** As far as the URLs tell; a pool looks at the tables, too. */
  private static boolean isPlatforms(DatabaseConfig platform, ConnectionUrl url) {
    return url instanceof ConnectionUrl.Postgres named
        && platform
            .address()
            .equalsIgnoreCase(
                "jdbc:postgresql://%s:%d/%s"
                    .formatted(named.host(), named.port(), named.database()));
  }
}
