package dev.leat.node;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.SQLExceptionOverride;
import dev.leat.node.metrics.DatabaseUse;
import dev.leat.store.DatabaseCheck;
import dev.leat.store.StoreFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The database of a node: a pool of connections, and a watch over it. */
final class NodeDatabase implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeDatabase.class);

  static {
    // After a wrong password H2 has all logins of the JVM wait for seconds, those to this database
    // too, whichever connection of functions it was for. Read when H2's classes are loaded.
    System.setProperty("h2.delayWrongPasswordMin", "0");
  }

  /** How long an operation waits for a connection before it answers that the store is away. */
  static final Duration CONNECTION_PATIENCE = Duration.ofSeconds(5);

  /** A statement whose answer does not come in this time has lost its server. */
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(60);

  /** How long a statement waits for who has locked its rows, many times what anybody takes. */
  static final Duration LOCK_PATIENCE = Duration.ofSeconds(5);

  /**
   * A transaction that does nothing for this time is undone: its node was paused or cut off, and
   * nobody shall wait for what it locked for longer. Only making and deleting a tenant does other
   * things within one: with so many modules that it takes longer, it fails and can be repeated.
   */
  static final Duration STILL_PATIENCE = Duration.ofSeconds(30);

  /** What PostgreSQL says as it ends a connection that stood still in a transaction. */
  private static final String STOOD_STILL = "25P03";

  /** Beside the file of an embedded database. */
  static final String RESERVE = "database.reserve";

  private final DatabaseConfig config;
  private final String files;
  private final String url;
  private final String settings;
  private final @Nullable DiskReserve reserve;
  private volatile boolean starting = true;
  private final WatchedPool pool = new WatchedPool();
  private final DatabaseWatch watch =
      new DatabaseWatch(new DatabaseCheck(this::open), this::reopen, this::renew, System::nanoTime);

  NodeDatabase(DatabaseConfig config) {
    this(config, DatabaseConfig.FILES);
  }

  /**
   * @param files the file system of H2's where the file of an embedded database is
   */
  NodeDatabase(DatabaseConfig config, String files) {
    this(config, files, LOCK_PATIENCE, STILL_PATIENCE);
  }

  NodeDatabase(DatabaseConfig config, Duration lockPatience, Duration stillPatience) {
    this(config, DatabaseConfig.FILES, lockPatience, stillPatience);
  }

  private NodeDatabase(
      DatabaseConfig config, String files, Duration lockPatience, Duration stillPatience) {
    this.config = config;
    this.files = files;
    this.url =
        config.file().isPresent() ? config.urlIn(ReservedFiles.PREFIX + files) : config.url();
    this.reserve = config.file().map(this::reserve).orElse(null);
    this.settings =
        "SET lock_timeout = %d; SET idle_in_transaction_session_timeout = %d"
            .formatted(lockPatience.toMillis(), stillPatience.toMillis());
    pool.setPoolName("leat");
    login(pool);
    pool.setMaximumPoolSize(config.poolSize());
    // The pool tries ever more seldom to keep a connection to PostgreSQL while that is away, and so
    // would find it again seconds late. H2 ends with its last connection.
    pool.setMinimumIdle(config.isPostgres() ? 0 : 1);
    pool.setConnectionTimeout(CONNECTION_PATIENCE.toMillis());
    pool.setDataSourceProperties(properties());
    if (config.isPostgres()) {
      pool.setConnectionInitSql(settings);
    }
    pool.setExceptionOverride(new FailedStatements());
  }

  private DiskReserve reserve(Path file) {
    return new DiskReserve(
        files + file.resolveSibling(RESERVE), () -> watch().failed(noRoom()), System::nanoTime);
  }

  private void login(HikariDataSource connections) {
    connections.setJdbcUrl(url);
    connections.setUsername(config.user());
    connections.setPassword(config.password().value());
  }

  /** What the URL may say otherwise. */
  private Properties properties() {
    Properties properties = new Properties();
    if (config.isPostgres()) {
      properties.setProperty("connectTimeout", Long.toString(CONNECTION_PATIENCE.toSeconds()));
      properties.setProperty("socketTimeout", Long.toString(ANSWER_PATIENCE.toSeconds()));
      properties.setProperty("tcpKeepAlive", "true");
    }
    return properties;
  }

  /** Changes the tables, by connections that nothing cuts, however long a statement takes. */
  void migrate(Consumer<DataSource> migrations) {
    if (!config.isPostgres()) {
      migrations.accept(pool);
      return;
    }
    try (HikariDataSource patient = new HikariDataSource()) {
      patient.setPoolName("leat-migrations");
      login(patient);
      patient.setMinimumIdle(0);
      migrations.accept(patient);
    }
  }

  /** The pool, to be used from when this was started; while the database is away it gives none. */
  DataSource connections() {
    return pool;
  }

  /** How its connections are used now; nothing before it was opened. */
  DatabaseUse use() {
    HikariPoolMXBean uses = pool.getHikariPoolMXBean();
    return uses == null
        ? new DatabaseUse(0, 0, 0, config.poolSize(), watch.isAvailable())
        : new DatabaseUse(
            uses.getActiveConnections(),
            uses.getIdleConnections(),
            uses.getThreadsAwaitingConnection(),
            config.poolSize(),
            watch.isAvailable());
  }

  /**
   * Opens the database. The file of an embedded one, which holds the signing key, is made readable
   * by its owner only.
   *
   * @throws IOException if that fails; the message says why, and what to do about it
   */
  void start() throws IOException {
    if (config.file().isPresent()) {
      requireContent(config.file().get());
      OwnerOnly.file(config.file().get());
      reserveRoom(config.file().get());
    }
    // First by a connection of its own, which fails at once: the pool would try again and again.
    try (Connection first = unpooled();
        Connection pooled = pool.unwatched()) {
      LOG.debug("Database opened first={} pooled={}", first, pooled);
    } catch (SQLException e) {
      close();
      throw new IOException(DatabaseFault.describe(config, e), e);
    }
  }

  private void reserveRoom(Path file) {
    if (reserve != null) {
      reserve.start();
      ReservedFiles.reserve(files + file, reserve);
    }
  }

  /** H2 would begin anew in an empty file, as if the node had never held anything. */
  private void requireContent(Path file) throws IOException {
    if (Files.exists(file)
        && Files.size(file) == 0
        && Files.exists(file.resolveSibling(DataDirectory.OPERATOR_TOKEN))) {
      throw new IOException(DatabaseFault.emptied(config));
    }
  }

  private Connection unpooled() throws SQLException {
    Properties login = properties();
    login.setProperty("user", config.user());
    login.setProperty("password", config.password().value());
    Connection connection = DriverManager.getConnection(url, login);
    if (config.isPostgres()) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(settings);
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    }
    return connection;
  }

  private Connection gated(Connection connection) {
    TransactionGate gate = this::requireRoom;
    return reserve == null ? connection : gate.before(connection);
  }

  private void requireRoom() throws SQLException {
    if (reserve != null && !reserve.isHeld() && !(starting && reserve.isMissing())) {
      SQLException failure = noRoom();
      watch.failed(failure);
      throw failure;
    }
  }

  /**
   * The node has started. Until then transactions begin without a reserve, too, if there was no
   * room for one: it has to start, so that it says what it lacks.
   */
  void nodeHasStarted() {
    starting = false;
    if (reserve != null && reserve.isMissing()) {
      watch.failed(noRoom());
    }
  }

  private static SQLException noRoom() {
    return new SQLException(
        "No space left on device: nothing is written until " + RESERVE + " is made again",
        StoreFailure.DISK_FULL);
  }

  /** Whether what is in the database can be read, though the watch finds it cannot be written. */
  private boolean isReadable() {
    return reserve != null && !reserve.isHeld() && !reserve.isSpent();
  }

  /**
   * For the watch. While PostgreSQL is away not from the pool, which waits and tries again; nor
   * while others have all of its connections, which says nothing of the database.
   */
  private Connection open() throws SQLException {
    if (reserve != null) {
      reserve.restore();
    }
    return gated(ungated());
  }

  private Connection ungated() throws SQLException {
    return (config.isPostgres() && watch.isAlarmed()) || pool.isUsedUp()
        ? unpooled()
        : pool.unwatched();
  }

  DatabaseWatch watch() {
    return watch;
  }

  /**
   * Has H2's database opened anew by the next connection. It stays as it is while connections to it
   * are open, whatever became of its file; this command ends it and fails with that it has ended.
   */
  private void reopen() {
    try (Connection connection = pool.unwatched();
        Statement statement = connection.createStatement()) {
      statement.execute("SHUTDOWN IMMEDIATELY");
    } catch (SQLException e) {
      LOG.debug("The database was closed to be opened anew", e);
    }
    pool.getHikariPoolMXBean().softEvictConnections();
  }

  /**
   * The pool takes a connection that was used in the last half second for a good one, though the
   * database may have gone and come back since. H2 has no connections that break by themselves.
   */
  private void renew() {
    if (config.isPostgres()) {
      pool.getHikariPoolMXBean().softEvictConnections();
    }
  }

  @Override
  public void close() {
    pool.close();
    if (reserve != null) {
      ReservedFiles.release(reserve);
    }
  }

  /** Lets nobody wait for a connection to a database that is known to be away. */
  private final class WatchedPool extends HikariDataSource {
    @Override
    public Connection getConnection() throws SQLException {
      if (!watch.isAvailable() && !isReadable()) {
        throw new SQLTransientConnectionException("The database is away");
      }
      return gated(super.getConnection());
    }

    Connection unwatched() throws SQLException {
      return super.getConnection();
    }

    boolean isUsedUp() {
      HikariPoolMXBean uses = getHikariPoolMXBean();
      return uses != null && uses.getActiveConnections() >= getMaximumPoolSize();
    }
  }

  /** Tells the watch, and has the pool let go of connections to a database that was closed. */
  private final class FailedStatements implements SQLExceptionOverride {
    @java.lang.Override
    public Override adjudicate(SQLException failure) {
      watch.failed(failure);
      return DatabaseCheck.hasClosedItself(failure) || STOOD_STILL.equals(failure.getSQLState())
          ? Override.MUST_EVICT
          : Override.CONTINUE_EVICT;
    }
  }
}
