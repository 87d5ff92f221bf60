package dev.leat.invocations.jdbi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Headers;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.invocations.async.FirstAnswer;
import dev.leat.invocations.async.KeyedCallStore;
import dev.leat.invocations.async.KeyedCallStore.Caller;
import dev.leat.invocations.async.KeyedCallStore.Claim;
import dev.leat.invocations.async.KeyedCallStore.Key;
import dev.leat.store.Database;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The laws of {@link KeyedCallStore}, by their numbers. */
abstract class KeyedCallStoreContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final String REQUEST = "a".repeat(64);
  private static final String ANOTHER = "b".repeat(64);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Key KEY = key("ann", "order-1");
  private static final FirstAnswer ANSWER =
      new FirstAnswer.Response(201, Headers.of("X-A", "1"), new byte[] {1, 2, 3});

  static final MigratedDatabases DATABASES = new MigratedDatabases(InvocationsSchema::migrate);

  private final TestDatabase database;
  private KeyedCallStore store;

  KeyedCallStoreContract(TestDatabase database) {
    this.database = database;
  }

  @BeforeEach
  void open() {
    store = new JdbiKeyedCallStore(database.dataSource());
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void law1_claim_firstIsPendingThenAnswered_othersAreTold() {
    assertThat(claim(KEY, "1")).isEqualTo(new Claim.First());
    assertThat(claim(KEY, "2")).isEqualTo(new Claim.Pending());
    assertThat(store.claim(KEY, ANOTHER, "3", MINUTE)).isEqualTo(new Claim.Reused());

    store.keep(KEY, "1", ANSWER);

    assertThat(claim(KEY, "4")).isInstanceOf(Claim.Answered.class);
    assertThat(store.answer(KEY, "1").orElseThrow()).usingRecursiveComparison().isEqualTo(ANSWER);
    assertThat(store.answer(KEY, "4")).as("it is of the first").isEmpty();
    assertThat(store.claim(KEY, ANOTHER, "5", MINUTE)).isEqualTo(new Claim.Reused());
    assertThat(claim(key("bob", "order-1"), "6")).as("another's key").isEqualTo(new Claim.First());
  }

  @Test
  void law1_claim_refusalAndLargeAnswer_areKeptWhole() {
    FirstAnswer refusal = new FirstAnswer.Refusal(ProblemCode.FUNCTION_TRAPPED, "it trapped");
    FirstAnswer large = new FirstAnswer.Response(200, Headers.NONE, new byte[(1 << 20) + 5]);
    Key another = key("ann", "order-2");
    claim(KEY, "1");
    claim(another, "2");
    store.keep(KEY, "1", refusal);
    store.keep(another, "2", large);

    assertThat(claim(KEY, "3")).isEqualTo(new Claim.Answered("1", 0));
    assertThat(store.answer(KEY, "1")).contains(refusal);
    assertThat(((Claim.Answered) claim(another, "4")).bytes()).isGreaterThan(1 << 20);
    assertThat(store.answer(another, "2").orElseThrow())
        .usingRecursiveComparison()
        .isEqualTo(large);
  }

  @Test
  void law1_claim_manyAtTheSameTime_oneIsTheFirst() throws Exception {
    assertThat(atOnce(16)).filteredOn(Claim.First.class::isInstance).hasSize(1);
  }

  private List<Claim> atOnce(int number) throws Exception {
    List<Future<Claim>> claims = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < number; i++) {
        String id = "id" + i;
        claims.add(threads.submit(() -> claim(KEY, id)));
      }
    }
    List<Claim> found = new ArrayList<>();
    for (Future<Claim> each : claims) {
      found.add(each.get());
    }
    return found;
  }

  @Test
  void law2_forget_makesTheKeyFree_unlessItWasAnswered() {
    claim(KEY, "1");
    store.forget(KEY, "1");
    assertThat(claim(KEY, "2")).isEqualTo(new Claim.First());
    store.keep(KEY, "2", ANSWER);
    store.forget(KEY, "2");
    assertThat(claim(KEY, "3")).isInstanceOf(Claim.Answered.class);
  }

  @Test
  void law2_claim_ofALostNode_isOverInTime_andItsOwnEndChangesNothing() {
    store.claim(KEY, REQUEST, "1", Duration.ZERO);
    assertThat(claim(KEY, "2")).isEqualTo(new Claim.First());

    store.keep(KEY, "1", ANSWER);
    store.forget(KEY, "1");

    assertThat(claim(KEY, "3")).isEqualTo(new Claim.Pending());
    assertThat(sum("keyed")).isEqualTo(1);
  }

  @Test
  void law2_claim_whatIsKeptNoLonger_isFree_alsoOfAFullTenant_andOneIsTheFirst() throws Exception {
    claim(KEY, "1");
    store.keep(KEY, "1", new FirstAnswer.Response(200, Headers.NONE, new byte[70_000]));
    database.execute("UPDATE keyed_calls SET keep_until = CURRENT_TIMESTAMP");
    database.execute("UPDATE async_counts SET keyed = 100000 WHERE keyed = 1");

    List<Claim> claims = atOnce(16);

    assertThat(claims).filteredOn(Claim.First.class::isInstance).hasSize(1);
    assertThat(claims).filteredOn(Claim.Pending.class::isInstance).hasSize(15);
    assertThat(sum("keyed")).isEqualTo(100_000);
    assertThat(sum("keyed_bytes")).as("its answer has gone").isLessThan(70_000);
    assertThat(count("async_bodies")).isZero();
  }

  /** Whoever sends a call again holds no connection until another transaction ends. */
  @Test
  void law5_claim_ofARowThatIsWritten_doesNotWait() throws Exception {
    claim(KEY, "1");
    try (Connection writing = database.dataSource().getConnection();
        Statement statement = writing.createStatement();
        ExecutorService threads = Executors.newSingleThreadExecutor()) {
      writing.setAutoCommit(false);
      statement.executeUpdate("UPDATE keyed_calls SET detail = 'x'");

      Future<Claim> again = threads.submit(() -> claim(KEY, "2"));
      try {
        assertThat(again.get(20, TimeUnit.SECONDS)).isEqualTo(new Claim.Pending());
      } finally {
        writing.rollback();
      }
    }
  }

  @Test
  void law3_claim_tenThousandPending_andBeyondTheBoundNone() {
    new Database(database.dataSource())
        .inTransaction(
            "Filling",
            handle -> {
              PreparedBatch rows =
                  handle.prepareBatch(
                      """
                      INSERT INTO keyed_calls VALUES ('acme', 'f', '', ?, ?, ?, CURRENT_TIMESTAMP
                        + INTERVAL '1' HOUR, CURRENT_TIMESTAMP + INTERVAL '1' DAY, 0, '', '', ?, ?, 0)
                      """);
              for (int i = 0; i < 10_000; i++) {
                rows.add("k" + i, REQUEST, "id" + i, new byte[0], new byte[0]);
              }
              return rows.execute().length;
            });
    assertThat(claim(key("", "k9999"), "x")).isEqualTo(new Claim.Pending());
    assertThat(claim(KEY, "1")).isEqualTo(new Claim.First());

    database.execute("UPDATE async_counts SET keyed = 100000");
    assertThat(claim(key("ann", "one more"), "2")).isEqualTo(new Claim.Full());
    assertThat(claim(KEY, "3")).as("one that is there").isEqualTo(new Claim.Pending());
    database.execute("UPDATE async_counts SET keyed = 1, keyed_bytes = 268435456");
    assertThat(claim(key("ann", "one more"), "2")).isEqualTo(new Claim.Full());
  }

  @Test
  void law3_claim_withoutAToken_leavesThreeQuartersToOthers_andGivesItsRoomBack() {
    Key anonymous = anonymous("order-1");
    assertThat(claim(anonymous, "1")).isEqualTo(new Claim.First());
    assertThat(claim(KEY, "2")).as("another's").isEqualTo(new Claim.First());
    store.keep(anonymous, "1", ANSWER);
    assertThat(sum("keyed_anonymous")).isEqualTo(1);
    assertThat(sum("keyed")).isEqualTo(2);

    database.execute("UPDATE async_counts SET keyed_anonymous = 25000 WHERE keyed_anonymous = 1");
    assertThat(claim(anonymous("one more"), "3")).isEqualTo(new Claim.Full());
    assertThat(claim(key("ann", "one more"), "4")).isEqualTo(new Claim.First());
    database.execute("UPDATE async_counts SET keyed_anonymous = 1 WHERE keyed_anonymous = 25000");
    database.execute("UPDATE keyed_calls SET keep_until = CURRENT_TIMESTAMP");
    new JdbiAsyncStore(database.dataSource(), LargeBodies.inTable(database.dataSource())).prune(10);
    assertThat(sum("keyed")).isZero();
    assertThat(sum("keyed_anonymous")).isZero();
    assertThat(sum("keyed_anonymous_bytes")).isZero();
  }

  /** Its caller has it; the same again is told so, and not run. */
  @Test
  void law3_keep_answerWithoutRoom_isNotKept_butThatItWasGiven() {
    claim(KEY, "1");
    database.execute("UPDATE async_counts SET keyed_bytes = 268435456 - 300");

    store.keep(KEY, "1", new FirstAnswer.Response(200, Headers.NONE, new byte[301]));

    assertThat(claim(KEY, "2")).isEqualTo(new Claim.Answered("1", 0));
    assertThat(store.answer(KEY, "1"))
        .get()
        .isInstanceOfSatisfying(
            FirstAnswer.Refusal.class,
            it -> assertThat(it.code()).isEqualTo(ProblemCode.RESULT_EXPIRED));
    assertThat(sum("keyed_bytes")).isEqualTo((256 << 20) - 300);
    assertThat(store.claim(KEY, ANOTHER, "3", MINUTE)).isEqualTo(new Claim.Reused());
  }

  @Test
  void law3_keep_problem_needsNoRoom() {
    FirstAnswer refusal = new FirstAnswer.Refusal(ProblemCode.FUNCTION_TRAPPED, "it trapped");
    claim(KEY, "1");
    database.execute("UPDATE async_counts SET keyed_bytes = 268435456 + 100");

    store.keep(KEY, "1", refusal);

    assertThat(store.answer(KEY, "1")).contains(refusal);
  }

  @Test
  void law3_keep_answersOfCallersWithoutAToken_haveAQuarter() {
    claim(anonymous("order-1"), "1");
    claim(KEY, "2");
    database.execute(
        "UPDATE async_counts SET keyed_anonymous_bytes = 67108864 WHERE keyed_anonymous = 1");

    store.keep(anonymous("order-1"), "1", ANSWER);
    store.keep(KEY, "2", ANSWER);

    assertThat(store.answer(anonymous("order-1"), "1"))
        .get()
        .isInstanceOf(FirstAnswer.Refusal.class);
    assertThat(store.answer(KEY, "2")).get().isInstanceOf(FirstAnswer.Response.class);
  }

  @Test
  void law3_keep_largeAnswersAtTheSameTime_doNotGoBeyond() throws Exception {
    int size = 100_000;
    for (int i = 0; i < 12; i++) {
      claim(key("ann", "k" + i), "id" + i);
    }
    long rows = sum("keyed_bytes");
    database.execute(
        "UPDATE async_counts SET keyed_bytes = keyed_bytes + %d WHERE slot = (SELECT MIN(slot) FROM async_counts)"
            .formatted((256 << 20) - rows - 3L * (size + 100)));
    List<Future<?>> ends = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      for (int i = 0; i < 12; i++) {
        String name = "k" + i;
        String id = "id" + i;
        ends.add(
            threads.submit(() ->
                store.keep(
                    key("ann", name),
                    id,
                    new FirstAnswer.Response(200, Headers.NONE, new byte[size]))));
      }
    }
    for (Future<?> end : ends) {
      end.get();
    }

    assertThat(sum("keyed_bytes")).isLessThanOrEqualTo(256 << 20);
    assertThat(number("SELECT COUNT(*) FROM keyed_calls WHERE status = 200")).isEqualTo(3);
    assertThat(number("SELECT COUNT(*) FROM keyed_calls WHERE pending_until IS NULL"))
        .isEqualTo(12);
  }

  private static Key anonymous(String name) {
    return new Key(KEY.function(), new Caller("", true), name);
  }

  @Test
  void law3_whatIsNotKeptAnyMore_givesItsRoomBack() {
    claim(KEY, "1");
    store.keep(KEY, "1", new FirstAnswer.Response(200, Headers.NONE, new byte[70_000]));
    claim(key("ann", "order-2"), "2");
    store.forget(key("ann", "order-2"), "2");
    assertThat(sum("keyed_bytes")).isGreaterThan(70_000);
    database.execute("UPDATE keyed_calls SET keep_until = CURRENT_TIMESTAMP");

    new JdbiAsyncStore(database.dataSource(), LargeBodies.inTable(database.dataSource())).prune(10);

    assertThat(count("keyed_calls") + count("async_bodies")).isZero();
    assertThat(sum("keyed")).isZero();
    assertThat(sum("keyed_bytes")).isZero();
    assertThat(claim(KEY, "3")).isEqualTo(new Claim.First());
  }

  @Test
  void forgetSome_leavesNothingOfATenant() {
    claim(KEY, "1");
    assertThat(
            new JdbiAsyncStore(database.dataSource(), LargeBodies.inTable(database.dataSource()))
                .forgetSome(ACME))
        .isFalse();
    assertThat(claim(KEY, "2")).isEqualTo(new Claim.First());
  }

  private long sum(String column) {
    return number("SELECT COALESCE(SUM(%s), 0) FROM async_counts".formatted(column));
  }

  private long count(String table) {
    return number("SELECT COUNT(*) FROM " + table);
  }

  private long number(String query) {
    return new Database(database.dataSource())
        .read("Adding up", handle -> handle.createQuery(query).mapTo(Long.class).one());
  }

  private Claim claim(Key key, String id) {
    return store.claim(key, REQUEST, id, MINUTE);
  }

  private static Key key(String caller, String name) {
    return new Key(new FunctionRef(ACME, new FunctionName("f")), new Caller(caller, false), name);
  }
}
