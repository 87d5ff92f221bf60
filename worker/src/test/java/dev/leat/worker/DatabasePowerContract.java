package dev.leat.worker;

import static dev.leat.contract.PowerFunction.SQL_BEGIN;
import static dev.leat.contract.PowerFunction.SQL_CLOSE;
import static dev.leat.contract.PowerFunction.SQL_COMMIT;
import static dev.leat.contract.PowerFunction.SQL_EXECUTE;
import static dev.leat.contract.PowerFunction.SQL_IS_ALLOWED;
import static dev.leat.contract.PowerFunction.SQL_QUERY;
import static dev.leat.contract.PowerFunction.SQL_RESULT;
import static dev.leat.contract.PowerFunction.SQL_ROLLBACK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Outcome;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.Seed;
import dev.leat.testkit.TestDatabase;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Properties 12, 13 and 18 for statements, on one kind of database. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DatabasePowerContract {
  private static final int BUFFER = SqlScript.BUFFER;
  private static final int CAPACITY = 4_096;
  private static final Grant.Database ALL =
      new Grant.Database("main", List.of("read:*", "write:*"));
  private static final Grant.Database SOME =
      new Grant.Database("main", List.of("read:orders", "write:audit_*"));

  final TestDatabase database;
  private final String url;
  private final String user;
  private final Hook hook = new Hook();
  private final TestWorker worker = new TestWorker(hook);

  /**
   * @param url what an operator would say of the database
   */
  DatabasePowerContract(TestDatabase database, String url, String user) {
    this.database = database;
    this.url = url;
    this.user = user;
  }

  /** Lets the test do something while a guest runs. */
  private static final class Hook implements Power<Hook> {
    private volatile Runnable action = () -> {};

    @Override
    public List<Offer<Hook>> link(GuestContract contract) {
      return contract == GuestContract.HANDLER
          ? List.of(
              new Offer<>(
                  null,
                  new GuestContract.Import("leat", SqlScript.HOOK, "()->"),
                  (lent, guest, a) -> {
                    action.run();
                    return 0;
                  },
                  (permits, guest, a) -> 0))
          : List.of();
    }

    @Override
    public Optional<Hook> configure(
        FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed) {
      return Optional.of(this);
    }
  }

  @BeforeAll
  void create() {
    database.execute(
        "CREATE TABLE orders (id INT PRIMARY KEY, item VARCHAR(100), price NUMERIC(10,2))");
    database.execute("CREATE TABLE audit_log (id INT PRIMARY KEY, what VARCHAR(100))");
    database.execute("CREATE TABLE secrets (id INT PRIMARY KEY, what VARCHAR(100))");
    database.execute(
        "CREATE TABLE kinds (a BIGINT, b DOUBLE PRECISION, c BOOLEAN, d DATE, e TIMESTAMP,"
            + " f TIMESTAMP WITH TIME ZONE, g UUID, h BYTEA, i TEXT)");
    worker.connections.set("acme", "main", url, user);
  }

  @BeforeEach
  void fill() {
    for (String table : List.of("orders", "audit_log", "secrets", "kinds")) {
      database.execute("DELETE FROM " + table);
    }
    database.execute("INSERT INTO orders VALUES (1, 'apples', 1.50), (2, NULL, 20)");
    database.execute("INSERT INTO secrets VALUES (1, 'hidden')");
    worker.permissions.clear(function(script(), ALL));
    worker.permissions.allow(Grant.WORDS);
    worker.denied.clear();
  }

  @AfterEach
  void nothingIsHeld() {
    Eventually.holds("nothing is under way", () -> worker.connections.work.tasks() == 0);
    Eventually.holds("no room is taken", () -> worker.connections.room.taken() == 0);
  }

  @AfterAll
  void close() {
    worker.close();
    database.close();
  }

  @Test
  void query_answersRowsAsJson() {
    SqlScript script = script();
    script.call(SQL_QUERY, "SELECT id, item, price FROM orders WHERE id < ? ORDER BY id", "[3]");
    script.call(SQL_RESULT, 1, BUFFER, CAPACITY);
    script.call(SQL_RESULT, 1, BUFFER + CAPACITY, 5);

    SqlScript.Answers answers = run(script, ALL);

    assertThat(answers.text(BUFFER, 1))
        .isEqualTo(
            "{\"columns\":[\"id\",\"item\",\"price\"],"
                + "\"rows\":[[1,\"apples\",1.50],[2,null,20.00]],\"rowsAffected\":0}");
    assertThat(answers.code(0)).isEqualTo(1);
    assertThat(answers.code(2)).isEqualTo(answers.code(1));
  }

  @Test
  void execute_tellsHowManyRows_andWhatItReturns() {
    SqlScript script = script();
    script.call(SQL_EXECUTE, "UPDATE orders SET price = price + ?", "[0.25]");
    script.call(SQL_RESULT, 1, BUFFER, CAPACITY);
    script.call(SQL_QUERY, "SELECT SUM(price) AS sum FROM orders", "");
    script.call(SQL_RESULT, 2, BUFFER + CAPACITY, CAPACITY);

    SqlScript.Answers answers = run(script, ALL);

    assertThat(answers.text(BUFFER, 1)).contains("\"rowsAffected\":2");
    assertThat(answers.text(BUFFER + CAPACITY, 3)).contains("[[22.00]]");
  }

  @Test
  void values_goInAndOut_byTheirKinds() {
    SqlScript script = script();
    script.call(
        SQL_EXECUTE,
        "INSERT INTO kinds (a, b, c, d, e, f, g, h, i) VALUES (?, ?, ?, CAST(? AS DATE),"
            + " CAST(? AS TIMESTAMP), ?, CAST(? AS UUID), ?, ?)",
        "[9007199254740993, 1.5, true, \"2026-01-31\", \"2026-01-31 12:00:00\","
            + "\"2026-01-31 12:00:00+00\", \"0198c1f0-5a7e-7cc3-98a4-5f1d0a3b6c2e\","
            + "{\"base64\": \"AQID\"}, \"it's \\\"\\u00fc\\\"; DELETE FROM orders\"]");
    script.call(SQL_EXECUTE, "INSERT INTO kinds (a, i) VALUES (?, ?)", "[null, null]");
    script.call(SQL_QUERY, "SELECT a, b, c, d, e, g, h, i FROM kinds ORDER BY a NULLS LAST", "[]");
    script.call(SQL_RESULT, 3, BUFFER, CAPACITY);

    SqlScript.Answers answers = run(script, ALL);

    assertThat(answers.text(BUFFER, 3))
        .contains(
            "[9007199254740993,1.5,true,\"2026-01-31\",\"2026-01-31T12:00\","
                + "\"0198c1f0-5a7e-7cc3-98a4-5f1d0a3b6c2e\",\"AQID\","
                + "\"it's \\\"ü\\\"; DELETE FROM orders\"]",
            "[null,null,null,null,null,null,null,null]");
  }

  @Test
  void wrongArguments_areAnswered() {
    SqlScript script = script();
    script.call(SQL_QUERY, "SELECT id FROM orders WHERE id = ?", "[]");
    script.call(SQL_QUERY, "SELECT id FROM orders WHERE id = ?", "[1, 2]");
    script.call(SQL_QUERY, "SELECT id FROM orders WHERE id = ?", "{}");
    script.call(SQL_QUERY, "SELECT id FROM orders WHERE id = ?", "[[1]]");
    script.call(SQL_QUERY, "SELECT id FROM orders WHERE id = ?", "[1");
    script.call(SQL_QUERY, "SELECT nothing FROM orders", "");
    script.call(SQL_QUERY, "SELECT id FROM nowhere", "");
    script.call(SQL_QUERY, "DELETE FROM orders", "");
    script.call(SQL_EXECUTE, "SELECT id FROM orders", "");
    script.call(SQL_QUERY, new byte[] {(byte) 0xff}, "");
    script.call(SQL_QUERY, new byte[16_385], "");
    script.call(SQL_RESULT, 7, BUFFER, CAPACITY);
    script.call(SQL_CLOSE, 7);
    script.call(SQL_COMMIT);
    script.call(SQL_ROLLBACK);
    script.call(SQL_EXECUTE, "INSERT INTO orders (id) VALUES (1)", "");

    run(script, ALL).hasCodes(-3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -7, -3, -3, -3, -8);
    assertThat(count("orders")).isEqualTo(2);
  }

  /** Property 13: whatever does what is not allowed is not done. */
  @Test
  void property13_whatIsNotAllowed_isDeniedAndRecorded_andNotDone() {
    SqlScript script = script();
    script.call(SQL_QUERY, "SELECT item FROM orders", "");
    script.call(SQL_EXECUTE, "INSERT INTO audit_log (id) VALUES (1)", "");
    script.call(SQL_QUERY, "SELECT what FROM audit_log", "");
    script.call(SQL_EXECUTE, "DELETE FROM orders", "");
    script.call(SQL_QUERY, "SELECT what FROM secrets", "");
    script.call(SQL_QUERY, "SELECT item FROM orders UNION SELECT what FROM secrets", "");
    script.call(SQL_QUERY, "SELECT (SELECT MAX(what) FROM secrets) FROM orders", "");
    script.call(SQL_QUERY, "/* read:orders */ SELECT what FROM secrets -- orders", "");
    script.call(SQL_QUERY, "WITH orders AS (SELECT * FROM secrets) SELECT * FROM orders", "");
    script.call(SQL_EXECUTE, "INSERT INTO audit_log (id, what) SELECT 2, what FROM secrets", "");
    script.call(SQL_EXECUTE, "UPDATE audit_log SET what = (SELECT MAX(what) FROM secrets)", "");
    script.call(SQL_QUERY, "SELECT 1; DELETE FROM orders", "");
    script.call(SQL_QUERY, "SELECT item FROM orders FOR UPDATE", "");
    script.call(SQL_QUERY, "SELECT pg_sleep(1)", "");
    script.call(SQL_QUERY, "SELECT table_name FROM information_schema.tables", "");
    script.call(SQL_EXECUTE, "DROP TABLE orders", "");

    run(script, SOME).hasCodes(1, 2, -2, -2, -2, -2, -2, -2, -2, -2, -2, -2, -2, -2, -2, -2);
    assertThat(count("orders")).isEqualTo(2);
    assertThat(count("audit_log")).isEqualTo(1);
    assertThat(worker.denied)
        .contains(
            "acme/f database:read main/audit_log",
            "acme/f database:write main/orders",
            "acme/f database:read main/secrets",
            "acme/f database:read main (more than one statement)",
            "acme/f database:read main (the function PG_SLEEP)",
            "acme/f database:read main (a table of the database system)");
  }

  /** Property 12: what is asked first is what decides. */
  @Test
  void property12_isAllowed_saysWhatRunningItWould() {
    Random random = Seed.orElse(12).random();
    List<String> statements =
        List.of(
            "SELECT item FROM orders",
            "SELECT what FROM secrets",
            "SELECT what FROM audit_log",
            "INSERT INTO audit_log (id) VALUES (?)",
            "DELETE FROM secrets",
            "UPDATE audit_log SET what = 'x'",
            "SELECT 1",
            "TRUNCATE orders",
            "SELECT item FROM orders, secrets");
    List<String> patterns =
        List.of(
            "read:orders", "write:audit_*", "read:*", "write:*", "read:secrets", "write:audit_log");
    for (int i = 0; i < 30; i++) {
      Grant.Database granted =
          new Grant.Database(
              "main", patterns.stream().filter(it -> random.nextInt(3) == 0).toList());
      String sql = statements.get(random.nextInt(statements.size()));
      SqlScript script = script();
      script.call(SQL_IS_ALLOWED, sql);
      script.call(
          sql.startsWith("SELECT") ? SQL_QUERY : SQL_EXECUTE,
          sql,
          sql.contains("?") ? "[" + i + "]" : "");

      SqlScript.Answers answers = run(script, granted);

      assertThat(answers.code(0))
          .as("%s by %s", sql, granted)
          .isEqualTo(answers.code(1) == -2 ? 0 : 1);
    }
  }

  @Test
  void permissionsAndTenant_narrowTheManifest_alsoWhileItRuns() {
    SqlScript script = script();
    script.call(SQL_QUERY, "SELECT item FROM orders", "");
    script.hook();
    script.call(SQL_QUERY, "SELECT item FROM orders", "");
    script.call(SQL_QUERY, "SELECT what FROM audit_log", "");
    script.call(SQL_QUERY, "SELECT 1", "");
    TestFunction function = function(script, ALL);
    hook.action = () -> worker.permissions.set(function, "database:read=main/audit_log");

    run(function).hasCodes(1, -2, 2, 3);
    hook.action = () -> worker.permissions.allow(Set.of());
    worker.permissions.clear(function);
    run(function).hasCodes(1, -2, -2, -2);
  }

  @Test
  void withoutGrantOrConnection_isAnswered() {
    SqlScript script = script();
    script.call(SQL_QUERY, "SELECT 1", "");
    script.call(SQL_BEGIN);
    script.call(SQL_IS_ALLOWED, "SELECT 1");
    run(TestFunction.handler(script.module()).response(SqlScript.SENT_BYTES).grants())
        .hasCodes(-2, -2, 0);

    SqlScript other = script();
    other.call(SQL_QUERY, "SELECT 1", "");
    run(other, new Grant.Database("other", List.of("read:*"))).hasCodes(-1);
  }

  @Test
  void transaction_isDoneWholly_orNotAtAll() {
    SqlScript done = script();
    done.call(SQL_BEGIN);
    done.call(SQL_BEGIN);
    insert(done, 10);
    done.hook();
    insert(done, 11);
    done.call(SQL_COMMIT);
    done.call(SQL_COMMIT);
    hook.action = () -> assertThat(count("audit_log")).isZero();
    run(done, ALL).hasCodes(0, -8, 1, 2, 0, -3);
    assertThat(count("audit_log")).isEqualTo(2);

    SqlScript undone = script();
    undone.call(SQL_BEGIN);
    insert(undone, 12);
    undone.call(SQL_ROLLBACK);
    insert(undone, 13);
    run(undone, ALL).hasCodes(0, 1, 0, 2);
    assertThat(count("audit_log")).isEqualTo(3);

    SqlScript failed = script();
    failed.call(SQL_BEGIN);
    insert(failed, 14);
    insert(failed, 13);
    insert(failed, 15);
    failed.call(SQL_COMMIT);
    insert(failed, 16);
    run(failed, ALL).hasCodes(0, 1, -8, -6, -6, 2);
    assertThat(count("audit_log")).isEqualTo(4);
  }

  @Test
  void transaction_endsWithItsInvocation_howeverThatEnds() {
    SqlScript forgotten = script();
    forgotten.call(SQL_BEGIN);
    insert(forgotten, 1);
    run(forgotten, ALL).hasCodes(0, 1);

    SqlScript trapped = script();
    trapped.call(SQL_BEGIN);
    insert(trapped, 2);
    trapped.trap();
    assertThat(worker.invoke(function(trapped, ALL), "")).isInstanceOf(Outcome.Trapped.class);

    SqlScript late = script();
    late.call(SQL_BEGIN);
    insert(late, 3);
    late.spin();
    assertThat(worker.invoke(function(late, ALL).timeout(Duration.ofMillis(500)), ""))
        .isInstanceOf(Outcome.TimedOut.class);

    // Whoever would still hold a row or a connection would be in the way of these.
    SqlScript after = script();
    for (int id = 1; id <= 3; id++) {
      insert(after, id);
    }
    run(after, ALL).hasCodes(1, 2, 3);
    assertThat(count("audit_log")).isEqualTo(3);
  }

  /** Another transaction holds the row. */
  @Test
  void statementThatHangs_isCancelledAtOnce_byTimeoutDeadlineAndCaller() throws Exception {
    SqlScript waits = script();
    waits.call(SQL_EXECUTE, "UPDATE orders SET item = 'x' WHERE id = 1", "");
    FunctionVersion patient = worker.publish(function(waits, ALL));
    Grant.Database brief = new Grant.Database("main", ALL.allow(), Duration.ofMillis(200), 10);
    SqlScript impatient = script();
    impatient.call(SQL_EXECUTE, "UPDATE orders SET item = 'x' WHERE id = 1", "");
    try (Connection other = database.dataSource().getConnection();
        Statement held = other.createStatement()) {
      other.setAutoCommit(false);
      held.execute("UPDATE orders SET item = 'held'");

      run(impatient, brief).hasCodes(-5);
      assertThat(worker.startWithin(Duration.ofMillis(300), patient).get())
          .isInstanceOf(Outcome.TimedOut.class);
      Cancellation cancellation = new Cancellation();
      CompletableFuture<Outcome> cancelled = worker.start(patient, cancellation);
      Eventually.holds("it waits", () -> worker.connections.work.tasks() == 1);
      cancellation.cancel();
      assertThat(cancelled.get()).isInstanceOf(Outcome.Cancelled.class);
      Eventually.holds("all is cancelled", () -> worker.connections.work.tasks() == 0);
      other.rollback();
    }
    assertThat(count("orders WHERE item = 'x'")).isZero();
  }

  @Test
  void limits_ofRowsAndBytesAndHandles() {
    SqlScript rows = script();
    rows.call(SQL_QUERY, "SELECT id FROM orders", "");
    rows.call(SQL_QUERY, "SELECT id FROM orders WHERE id = 1", "");
    rows.call(SQL_EXECUTE, "DELETE FROM secrets", "");
    run(rows, new Grant.Database("main", ALL.allow(), Duration.ofSeconds(5), 1)).hasCodes(-7, 1, 2);

    SqlScript bytes = script();
    String half = "x".repeat(200_000);
    bytes.call(SQL_QUERY, "SELECT ? , ? , ? , ? , ? , ?", "[1,2,3,4,5,6]");
    for (int i = 0; i < 3; i++) {
      bytes.call(SQL_QUERY, "SELECT CAST(? AS TEXT) || i FROM kinds", "[\"" + half + "\"]");
    }
    for (int i = 0; i < 4; i++) {
      database.execute("INSERT INTO kinds (i) VALUES ('y')");
    }
    int[] codes = codes(run(bytes, ALL), 4);
    assertThat(codes).containsExactly(1, 2, 3, -4); // each has 800 KB, and a call 2 MB

    database.execute("INSERT INTO kinds (i) SELECT 'y' FROM orders, orders b");
    SqlScript tooMany = script();
    tooMany.call(SQL_QUERY, "SELECT CAST(? AS TEXT) || i FROM kinds", "[\"" + half + "\"]");
    run(tooMany, ALL).hasCodes(-7);

    SqlScript handles = script();
    for (int i = 0; i < 17; i++) {
      handles.call(SQL_QUERY, "SELECT 1", "");
    }
    handles.call(SQL_CLOSE, 5);
    handles.call(SQL_QUERY, "SELECT 1", "");
    int[] found = codes(run(handles, ALL), 18);
    assertThat(found[15]).isEqualTo(16);
    assertThat(found[16]).isEqualTo(-4);
    assertThat(found[17]).isEqualTo(17);
  }

  @Test
  void connectionsOfATenant_areItsOwn_andEndWithThem() {
    SqlScript script = script();
    script.call(SQL_QUERY, "SELECT 1", "");
    TestFunction others = function(script, ALL).tenant("other");
    run(others).hasCodes(-1);

    worker.connections.set("other", "main", url, user);
    run(others).hasCodes(1);
    worker.connections.delete("other", "main");
    run(others).hasCodes(-1);
    Eventually.holds("its pool is closed", () -> worker.connections.databases.pools() <= 1);

    worker.connections.set("other", "main", "jdbc:postgresql://127.0.0.1:1/nothing", "u");
    run(TestFunction.handler(script2().module())
            .tenant("other")
            .response(SqlScript.SENT_BYTES)
            .grants(new Grant.Database("main", List.of("read:*"), Duration.ofMillis(300), 1)))
        .hasCodes(-5);
    worker.connections.delete("other", "main");
  }

  private SqlScript script2() {
    SqlScript script = script();
    script.call(SQL_QUERY, "SELECT 2", "");
    return script;
  }

  @Test
  void connectionThatIsDeleted_endsWhatRunsThere() throws Exception {
    SqlScript waits = script();
    waits.call(SQL_EXECUTE, "UPDATE orders SET item = 'x' WHERE id = 1", "");
    int before = worker.connections.databases.pools();
    worker.connections.set("other", "main", url, user);
    TestFunction others = function(waits, ALL).tenant("other");
    try (Connection other = database.dataSource().getConnection();
        Statement held = other.createStatement()) {
      other.setAutoCommit(false);
      held.execute("UPDATE orders SET item = 'held'");
      CompletableFuture<Outcome> running = worker.start(worker.publish(others), new Cancellation());
      Eventually.holds("it waits", () -> worker.connections.work.tasks() == 1);
      Eventually.holds("it is connected", () -> worker.connections.databases.pools() > before);
      worker.connections.delete("other", "main");

      assertThat(SqlScript.Answers.of(TestWorker.ending(running)).code(0)).isNegative();
      other.rollback();
    }
  }

  /** Guests of a connection that all stand in transactions, and those that wait for one. */
  @Test
  void moreThanThereAreConnections_waitForTheirTurn() {
    SqlScript script = script();
    script.call(SQL_BEGIN);
    script.call(SQL_EXECUTE, "UPDATE orders SET price = price + 1 WHERE id = 1", "");
    script.call(SQL_QUERY, "SELECT price FROM orders WHERE id = 1", "");
    script.call(SQL_COMMIT);
    FunctionVersion version = worker.publish(function(script, ALL).instances(0, 3, Reuse.RESET));

    List<CompletableFuture<Outcome>> all =
        IntStream.range(0, 12).mapToObj(i -> worker.start(version, new Cancellation())).toList();
    int done = 0;
    for (CompletableFuture<Outcome> each : all) {
      SqlScript.Answers answers = SqlScript.Answers.of(TestWorker.ending(each));
      done += answers.code(3) == 0 && answers.code(1) > 0 ? 1 : 0;
    }

    assertThat(done).isEqualTo(12);
    assertThat(count("orders WHERE price = 13.50")).isEqualTo(1);
  }

  @Test
  void hostileArguments_trapOrAreAnswered_andHarmNothing() {
    Seed seed = Seed.orElse(3);
    Random random = seed.random();
    for (int i = 0; i < 30; i++) {
      SqlScript script = script();
      for (int call = 0; call < 8; call++) {
        script.random(random);
      }
      Outcome outcome = worker.invoke(function(script, SOME), "");
      assertThat(outcome)
          .as("%s", seed)
          .isInstanceOfAny(Outcome.Responded.class, Outcome.Trapped.class);
    }
    assertThat(count("orders")).isEqualTo(2);
    assertThat(count("secrets")).isEqualTo(1);
  }

  private static void insert(SqlScript script, int id) {
    script.call(SQL_EXECUTE, "INSERT INTO audit_log (id) VALUES (?)", "[" + id + "]");
  }

  static SqlScript script() {
    return new SqlScript(
        SQL_QUERY,
        SQL_EXECUTE,
        SQL_RESULT,
        SQL_CLOSE,
        SQL_BEGIN,
        SQL_COMMIT,
        SQL_ROLLBACK,
        SQL_IS_ALLOWED);
  }

  private static TestFunction function(SqlScript script, Grant granted) {
    return TestFunction.handler(script.module()).response(SqlScript.SENT_BYTES).grants(granted);
  }

  final SqlScript.Answers run(SqlScript script, Grant granted) {
    return run(function(script, granted));
  }

  private SqlScript.Answers run(TestFunction function) {
    return SqlScript.Answers.of(worker.invoke(function, ""));
  }

  private static int[] codes(SqlScript.Answers answers, int count) {
    return IntStream.range(0, count).map(answers::code).toArray();
  }

  private int count(String of) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM " + of)) {
      rows.next();
      return rows.getInt(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
