package dev.leat.failures.rig;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/** A real PostgreSQL on a free port of 127.0.0.1, gone when closed. Confined to one thread. */
public final class PostgresServer implements AutoCloseable {
  private final EmbeddedPostgres.Builder builder;
  private final AtomicInteger databases = new AtomicInteger();
  private EmbeddedPostgres server;

  private PostgresServer(EmbeddedPostgres.Builder builder) throws IOException {
    this.builder = builder;
    this.server = builder.start();
  }

  public static PostgresServer start() throws IOException {
    return new PostgresServer(EmbeddedPostgres.builder());
  }

  /**
   * One that has its data, and its log of what is to be written, on a disk of some 100 MB.
   *
   * @param data made if it is missing, and left behind
   */
  public static PostgresServer startOnSmallDisk(Path data) throws IOException {
    return new PostgresServer(
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setServerConfig("min_wal_size", "32MB")
            .setServerConfig("max_wal_size", "32MB"));
  }

  public int port() {
    return server.getPort();
  }

  /** Makes an empty database; answers its name. */
  public String newDatabase() {
    String name = "leat" + databases.incrementAndGet();
    tables("postgres").execute("CREATE DATABASE " + name);
    return name;
  }

  /** The tables of one of its databases. */
  public Tables tables(String database) {
    return Tables.at(server.getJdbcUrl("postgres", database));
  }

  /** Whether it takes connections. */
  public boolean isUp() {
    try (Connection connection =
        DriverManager.getConnection(server.getJdbcUrl("postgres", "postgres"))) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false;
    }
  }

  /** Starts it again where it was, after it has ended by itself. */
  public void restart() throws IOException {
    int port = port();
    server.close();
    server = builder.setPort(port).start();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
