package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.Change;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import dev.leat.store.DatabaseCheck;
import dev.leat.store.StoreFailure;
import dev.leat.store.StoreSchema;
import dev.leat.testkit.CuttableProxy;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.TestDatabase;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node's database on a disk that is full for a while. */
class NodeDatabaseTest {
  @TempDir private Path directory;

  @AfterEach
  void freeTheDisk() {
    FaultyDisk.free(directory);
  }

  /** Else a connection of functions with a wrong password would hold up the platform's own. */
  @Test
  void wrongPassword_delaysNobody() throws Exception {
    List<URL> classes = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      classes.add(Path.of(entry).toUri().toURL());
    }
    System.clearProperty("h2.delayWrongPasswordMin");

    // As in a JVM that begins: H2 reads its settings once.
    try (URLClassLoader fresh =
        new URLClassLoader(classes.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
      Class.forName("dev.leat.node.NodeDatabase", true, fresh);
      Class<?> settings = Class.forName("org.h2.engine.SysProperties", true, fresh);

      assertThat(settings.getField("DELAY_WRONG_PASSWORD_MIN").getInt(null)).isZero();
    }
  }

  @Test
  void look_diskFullThenFreed_opensTheDatabaseAnewAndFindsWhatWasCommitted() throws Exception {
    try (NodeDatabase database = new NodeDatabase(FaultyDisk.database(directory))) {
      database.start();
      StoreSchema.migrate(database.connections());
      execute(database, "CREATE TABLE kept (id INT)");
      execute(database, "INSERT INTO kept VALUES (1)");

      FaultyDisk.setFull(directory, true);
      assertThatThrownBy(() -> execute(database, "INSERT INTO kept VALUES (2)"))
          .isInstanceOf(SQLException.class);
      database.watch().look();
      assertThat(database.watch().isAvailable()).isFalse();
      database.watch().look();
      assertThat(database.watch().isAvailable()).as("it can be read, not written").isFalse();
      assertThatThrownBy(() -> execute(database, "SELECT 1"))
          .isInstanceOf(SQLTransientConnectionException.class);

      FaultyDisk.setFull(directory, false);
      database.watch().look();
      assertThat(database.watch().isAvailable()).isTrue();
      execute(database, "INSERT INTO kept VALUES (3)");
      assertThat(count(database)).isEqualTo(2);
    }
  }

  @Test
  void transactions_diskFull_areRefusedOnceTheReserveIsGiven_andNoneIsLost() throws Exception {
    List<Integer> done = new ArrayList<>();
    try (NodeDatabase database = reserved()) {
      Database store = new Database(database.connections());
      assertThat(reserve()).hasSize(DiskReserve.BYTES);

      FaultyDisk.limit(directory, FaultyDisk.used(directory));
      assertThatThrownBy(() -> insertUntilItFails(store, done))
          .isInstanceOfSatisfying(StoreFailure.class, NodeDatabaseTest::saysFull);
      assertThat(reserve()).doesNotExist();
      assertThat(ids(store)).as("it can be read").isEqualTo(done).isNotEmpty();
      long used = FaultyDisk.used(directory);
      assertThatThrownBy(() -> insert(store, done, -1)).isInstanceOf(StoreFailure.class);
      assertThat(FaultyDisk.used(directory)).as("nothing is written").isEqualTo(used);

      database.watch().look();
      assertThat(database.watch().isAvailable()).isFalse();
      assertThat(ids(store)).as("it can be read still").isEqualTo(done);
      assertThatThrownBy(() -> insert(store, done, -1))
          .isInstanceOfSatisfying(StoreFailure.class, NodeDatabaseTest::saysFull);

      FaultyDisk.free(directory);
      Eventually.holds("it can be written again", () -> isAvailable(database));
      assertThat(reserve()).hasSize(DiskReserve.BYTES);
      insert(store, done, done.size());
    }
    try (NodeDatabase anew = new NodeDatabase(DatabaseConfig.embedded(directory))) {
      anew.start();
      assertThat(ids(new Database(anew.connections()))).isEqualTo(done);
    }
  }

  @Test
  void transactions_diskFullAgainAndAgain_noneIsLost() throws Exception {
    List<Integer> done = new ArrayList<>();
    try (NodeDatabase database = reserved()) {
      Database store = new Database(database.connections());
      for (int round = 0; round < 5; round++) {
        FaultyDisk.limit(directory, FaultyDisk.used(directory));
        assertThatThrownBy(() -> insertUntilItFails(store, done)).isInstanceOf(StoreFailure.class);
        FaultyDisk.free(directory);
        Eventually.holds("it can be written again", () -> isAvailable(database));
      }
      assertThat(ids(store)).isEqualTo(done);
    }
  }

  /** As when another process takes the reserve's room before it can be used. */
  @Test
  void transactions_diskFullEvenWithoutTheReserve_databaseIsOpenedAnewWhenThereIsRoom()
      throws Exception {
    List<Integer> done = new ArrayList<>();
    try (NodeDatabase database = reserved()) {
      Database store = new Database(database.connections());
      insert(store, done, 0);

      FaultyDisk.setFull(directory, true);
      assertThatThrownBy(() -> insert(store, done, -1)).isInstanceOf(StoreFailure.class);
      database.watch().look();
      assertThat(database.watch().isAvailable()).isFalse();
      assertThatThrownBy(() -> ids(store))
          .as("nobody waits for it")
          .isInstanceOf(StoreFailure.class);

      FaultyDisk.free(directory);
      Eventually.holds("it can be written again", () -> isAvailable(database));
      assertThat(ids(store)).isEqualTo(done);
    }
  }

  @Test
  void start_noRoomForTheReserve_startsAndRefusesTransactionsOnceTheNodeHas() throws Exception {
    FaultyDisk.limit(directory, DiskReserve.BYTES + DiskReserve.BESIDE_BYTES - 1);
    List<Integer> done = new ArrayList<>();
    try (NodeDatabase database = reserved()) {
      Database store = new Database(database.connections());
      assertThat(reserve()).doesNotExist();
      insert(store, done, 0);

      database.watch().look();
      assertThat(database.watch().isAvailable()).as("the node has to start").isTrue();

      database.nodeHasStarted();
      database.watch().look();

      assertThat(database.watch().isAvailable()).isFalse();
      assertThatThrownBy(() -> insert(store, done, -1))
          .isInstanceOfSatisfying(StoreFailure.class, NodeDatabaseTest::saysFull);
      FaultyDisk.free(directory);
      Eventually.holds("it can be written", () -> isAvailable(database));
      insert(store, done, 1);
      assertThat(ids(store)).isEqualTo(done);
    }
  }

  private NodeDatabase reserved() throws IOException {
    FaultyDisk.register();
    NodeDatabase database = new NodeDatabase(DatabaseConfig.embedded(directory), FaultyDisk.FILES);
    database.start();
    database.migrate(StoreSchema::migrate);
    new Database(database.connections())
        .useTransaction(
            "Making a table",
            handle -> handle.execute("CREATE TABLE kept (id INT PRIMARY KEY, text VARCHAR)"));
    return database;
  }

  private Path reserve() {
    return directory.resolve(NodeDatabase.RESERVE);
  }

  private static boolean isAvailable(NodeDatabase database) {
    database.watch().look();
    return database.watch().isAvailable();
  }

  private static void saysFull(StoreFailure failure) {
    assertThat(failure.isFull()).isTrue();
    assertThat(failure.isRetryable()).isTrue();
  }

  private static void insertUntilItFails(Database store, List<Integer> done) {
    while (true) {
      insert(store, done, done.size());
    }
  }

  private static void insert(Database store, List<Integer> done, int id) {
    store.useTransaction(
        "Inserting",
        handle -> handle.execute("INSERT INTO kept VALUES (?, ?)", id, "x".repeat(4_096)));
    done.add(id);
  }

  private static List<Integer> ids(Database store) {
    return store.read(
        "Reading",
        handle ->
            handle.createQuery("SELECT id FROM kept ORDER BY id").mapTo(Integer.class).list());
  }

  @Test
  void look_whileAnOldConnectionIsHeld_opensTheDatabaseAnewStill() throws Exception {
    try (NodeDatabase database = new NodeDatabase(FaultyDisk.database(directory))) {
      database.start();
      StoreSchema.migrate(database.connections());
      execute(database, "CREATE TABLE kept (id INT)");
      try (Connection held = database.connections().getConnection();
          Statement statement = held.createStatement()) {
        FaultyDisk.setFull(directory, true);
        assertThatThrownBy(() -> execute(database, "INSERT INTO kept VALUES (1)"))
            .isInstanceOf(SQLException.class);
        FaultyDisk.setFull(directory, false);

        database.watch().look();

        assertThat(database.watch().isAvailable()).isTrue();
        assertThatThrownBy(() -> statement.execute("SELECT COUNT(*) FROM kept"))
            .isInstanceOf(SQLException.class);
      }
      execute(database, "INSERT INTO kept VALUES (2)");
      assertThat(count(database)).isEqualTo(1);
    }
  }

  @Test
  void look_postgresBackSoon_givesNoConnectionFromBefore() throws Exception {
    try (TestDatabase postgres = TestDatabase.postgres();
        Connection direct = postgres.dataSource().getConnection();
        CuttableProxy proxy = CuttableProxy.to(portOf(direct));
        NodeDatabase database = new NodeDatabase(through(proxy, direct))) {
      database.start();
      StoreSchema.migrate(database.connections());
      useAtOnce(database, 3);

      proxy.cut();
      assertThatThrownBy(() -> execute(database, "SELECT 1")).isInstanceOf(SQLException.class);
      proxy.mend();
      database.watch().look();

      assertThat(database.watch().isAvailable()).isTrue();
      useAtOnce(database, 3);
    }
  }

  /** As a node does that is paused within a transaction. */
  @Test
  void transactionThatStandsStill_isUndone_andTheDatabaseIsNotAwayForIt() throws Exception {
    try (TestDatabase postgres = TestDatabase.postgres();
        NodeDatabase database =
            new NodeDatabase(of(postgres), Duration.ofMillis(100), Duration.ofSeconds(1))) {
      database.start();
      database.migrate(StoreSchema::migrate);
      Database writer = new Database(database.connections());
      try (Connection still = database.connections().getConnection();
          Statement statement = still.createStatement()) {
        still.setAutoCommit(false);
        statement.execute("UPDATE change_counter SET last_number = last_number");

        assertThatThrownBy(() -> announce(writer))
            .isInstanceOfSatisfying(
                StoreFailure.class, failure -> assertThat(failure.isRetryable()).isTrue());
        database.watch().look();
        assertThat(database.watch().isAvailable()).isTrue();

        Eventually.holds("others write again", () -> hasAnnounced(writer));
        assertThatThrownBy(still::commit)
            .isInstanceOfSatisfying(
                SQLException.class,
                failure ->
                    assertThat(Database.failure("Committing", failure).isRetryable()).isTrue());
        database.watch().look();
        assertThat(database.watch().isAvailable()).isTrue();
      }
      useAtOnce(database, DatabaseConfig.POOL_SIZE);
    }
  }

  @Test
  void look_checkOfAnotherStandsStill_databaseIsNotAwayForIt() throws Exception {
    try (TestDatabase postgres = TestDatabase.postgres();
        NodeDatabase database =
            new NodeDatabase(of(postgres), Duration.ofMillis(100), Duration.ofSeconds(60));
        Connection another = postgres.dataSource().getConnection();
        Statement statement = another.createStatement()) {
      database.start();
      database.migrate(StoreSchema::migrate);
      another.setAutoCommit(false);
      statement.execute("UPDATE database_check SET id = id");

      database.watch().failed(new SQLException("broken", "08006"));
      database.watch().look();

      assertThat(database.watch().isAvailable()).isTrue();
    }
  }

  @Test
  void look_othersHaveAllConnections_databaseIsNotAwayForIt() throws Exception {
    try (NodeDatabase database = new NodeDatabase(DatabaseConfig.embedded(directory))) {
      database.start();
      database.migrate(StoreSchema::migrate);
      List<Connection> taken = new ArrayList<>();
      for (int i = 0; i < DatabaseConfig.POOL_SIZE; i++) {
        taken.add(database.connections().getConnection());
      }

      database.watch().look();

      assertThat(database.watch().isAvailable()).isTrue();
      for (Connection connection : taken) {
        connection.close();
      }
    }
  }

  @Test
  void migrate_nothingCutsItsConnections() throws Exception {
    try (TestDatabase postgres = TestDatabase.postgres();
        NodeDatabase database = new NodeDatabase(of(postgres))) {
      database.start();
      try (Connection pooled = database.connections().getConnection()) {
        assertThat(patience(pooled)).containsExactly("5s", "30s");
      }

      database.migrate(source -> {
        try (Connection connection = source.getConnection()) {
          assertThat(patience(connection)).containsExactly("0", "0");
          assertThat(connection.getNetworkTimeout()).isZero();
        } catch (SQLException e) {
          throw new AssertionError(e);
        }
      });
    }
  }

  private static List<String> patience(Connection connection) throws SQLException {
    List<String> values = new ArrayList<>();
    for (String name : List.of("lock_timeout", "idle_in_transaction_session_timeout")) {
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SHOW " + name)) {
        row.next();
        values.add(row.getString(1));
      }
    }
    return values;
  }

  private static boolean hasAnnounced(Database writer) {
    try {
      announce(writer);
      return true;
    } catch (StoreFailure e) {
      return false;
    }
  }

  private static void announce(Database writer) {
    writer.useTransaction(
        "Announcing", handle -> Changes.append(handle, new Change.SigningKeyChanged()));
  }

  private static DatabaseConfig of(TestDatabase postgres) throws SQLException {
    try (Connection direct = postgres.dataSource().getConnection()) {
      return new DatabaseConfig(
          direct.getMetaData().getURL(), "postgres", new Secret(""), DatabaseConfig.POOL_SIZE);
    }
  }

  private static int portOf(Connection connection) throws SQLException {
    return URI.create(connection.getMetaData().getURL().substring("jdbc:".length())).getPort();
  }

  private static DatabaseConfig through(CuttableProxy proxy, Connection direct)
      throws SQLException {
    String url =
        direct.getMetaData().getURL().replaceFirst("//[^/]*/", "//127.0.0.1:" + proxy.port() + "/");
    return new DatabaseConfig(url, "postgres", new Secret(""), DatabaseConfig.POOL_SIZE);
  }

  private static void useAtOnce(NodeDatabase database, int connections) throws SQLException {
    List<Connection> taken = new ArrayList<>();
    try {
      for (int i = 0; i < connections; i++) {
        taken.add(database.connections().getConnection());
      }
      for (Connection connection : taken) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("SELECT 1");
        }
      }
    } finally {
      for (Connection connection : taken) {
        connection.close();
      }
    }
  }

  @Test
  void isAvailable_noAnswerForLong_isFalse() throws IOException {
    AtomicLong now = new AtomicLong();
    try (NodeDatabase database = new NodeDatabase(DatabaseConfig.embedded(directory))) {
      database.start();
      StoreSchema.migrate(database.connections());
      DatabaseWatch watch =
          new DatabaseWatch(
              new DatabaseCheck(database.connections()::getConnection),
              () -> {},
              () -> {},
              now::get);

      now.addAndGet(DatabaseWatch.GOOD_FOR.plusHours(1).toNanos());
      assertThat(watch.isAvailable()).as("its tables may take as long as they do").isTrue();
      watch.look();
      now.addAndGet(DatabaseWatch.GOOD_FOR.minus(Duration.ofNanos(1)).toNanos());
      assertThat(watch.isAvailable()).isTrue();
      now.incrementAndGet();
      assertThat(watch.isAvailable()).isFalse();
      watch.look();
      assertThat(watch.isAvailable()).isTrue();
    }
  }

  @Test
  void start_fileThatOthersCanRead_isClosedToThem() throws IOException {
    Path file = directory.resolve("leat.mv.db");
    try (NodeDatabase database = new NodeDatabase(DatabaseConfig.embedded(directory))) {
      database.start();
      assertThat(permissions(file)).as("a new file").isEqualTo("rw-------");
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

    try (NodeDatabase database = new NodeDatabase(DatabaseConfig.embedded(directory))) {
      database.start();
      assertThat(permissions(file)).as("one that was there").isEqualTo("rw-------");
    }
  }

  @Test
  void check_tableMissing_isNoClosedDatabase() throws IOException {
    try (NodeDatabase database = new NodeDatabase(DatabaseConfig.embedded(directory))) {
      database.start();
      DatabaseCheck check = new DatabaseCheck(database.connections()::getConnection);

      assertThatThrownBy(check::read)
          .isInstanceOfSatisfying(
              StoreFailure.class,
              failure -> assertThat(DatabaseCheck.hasClosedItself(failure)).isFalse());
    }
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static void execute(NodeDatabase database, String sql) throws SQLException {
    try (Connection connection = database.connections().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int count(NodeDatabase database) throws SQLException {
    try (Connection connection = database.connections().getConnection();
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT COUNT(*) FROM kept")) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
