package dev.leat.invocations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Answer;
import dev.leat.contract.Cancellation;
import dev.leat.contract.ExecutionRecord;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Invocation;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Outcome;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.store.StoreFailure;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.ManualClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the log keeps when there is more than it can write. */
class ExecutionLogTest {
  private static final TenantId ACME = new TenantId("acme");
  private static final Outcome ANSWER =
      new Outcome.Responded(200, Headers.NONE, new byte[0], Usage.NONE);
  private static final Outcome FAILURE = new Outcome.Trapped("boom", Usage.NONE);
  private static final Invocation INVOCATION =
      new Invocation(
          "id",
          new FunctionVersion(
              new FunctionRef(ACME, new FunctionName("f")),
              1,
              ModuleDigest.of(new byte[0]),
              GuestContract.HANDLER,
              Limits.DEFAULT,
              InstancePolicy.DEFAULT,
              Grants.NONE,
              "{}"),
          new HttpCall("GET", "", null, Headers.NONE, new byte[0]),
          new Cancellation());

  private final FailingStore store = new FailingStore();
  private final ExecutionLog log = new ExecutionLog(store, Retention.DEFAULT, new ManualClock());

  @Test
  void append_isWrittenSoon_andAllOfItAtClose() {
    log.start();
    log.append(INVOCATION, ANSWER);
    Eventually.holds("the record is written", () -> store.size() == 1);

    log.append(INVOCATION, FAILURE);
    log.close();

    assertThat(store.size()).isEqualTo(2);
  }

  @Test
  void append_moreThanIsWritten_dropsSuccessesAndKeepsErrors() {
    for (int i = 0; i < ExecutionLog.SUCCESSES_WAITING_MAX + 100; i++) {
      log.append(INVOCATION, ANSWER);
    }
    int errors = ExecutionLog.QUEUE_MAX - ExecutionLog.SUCCESSES_WAITING_MAX;
    for (int i = 0; i < errors + 3; i++) {
      log.append(INVOCATION, FAILURE);
    }

    log.start();
    log.close();

    assertThat(log.droppedSuccesses()).isEqualTo(100);
    assertThat(log.droppedErrors()).isEqualTo(3);
    assertThat(store.size()).isEqualTo(ExecutionLog.QUEUE_MAX);
  }

  @Test
  void append_failureWithoutAMessage_isNoSuccess() {
    for (int i = 0; i < ExecutionLog.SUCCESSES_WAITING_MAX; i++) {
      log.append(INVOCATION, ANSWER);
    }

    log.append(INVOCATION, new Outcome.GuestFailed("", Usage.NONE));
    log.start();
    log.close();

    assertThat(store.records.getLast().outcome()).isEqualTo("failed");
    assertThat(store.records.getLast().isSuccess()).isFalse();
    assertThat(store.records.getFirst().isSuccess()).isTrue();
  }

  @Test
  void append_storeAwayForAWhile_losesNothing() {
    store.failures = 3;
    log.start();

    log.append(INVOCATION, FAILURE);

    Eventually.holds("the record is written", () -> store.size() == 1);
    log.close();
  }

  @Test
  void append_storeAwayAtTheEnd_countsWhatIsLost() {
    store.failures = Integer.MAX_VALUE;
    log.start();
    log.append(INVOCATION, FAILURE);
    log.append(INVOCATION, ANSWER);

    log.close();

    assertThat(log.droppedErrors()).isEqualTo(1);
    assertThat(log.droppedSuccesses()).isEqualTo(1);
  }

  @Test
  void append_recordsThatTheStoreNeverTakes_keepNoOthersBack() {
    store.failures = 1;
    store.isRetryable = false;
    log.start();

    log.append(INVOCATION, FAILURE);
    Eventually.holds("it is dropped", () -> log.droppedErrors() == 1);
    log.append(INVOCATION, FAILURE);

    Eventually.holds("the next is written", () -> store.size() == 1);
    log.close();
  }

  @Test
  void prune_takesTurns_whileThereIsMore() {
    store.fullTurns = 3;

    log.prune();

    assertThat(store.prunings).hasSize(4);
    store.fullTurns = Integer.MAX_VALUE;
    store.prunings.clear();
    log.prune();
    assertThat(store.prunings).hasSize(Retention.TURNS);
  }

  @Test
  void close_neverStarted_doesNothing() {
    log.close();
  }

  @Test
  void list_badCursor_isRefused() {
    assertThat(log.list(ACME, ExecutionStore.Filter.NONE, 10, Optional.of("x")))
        .isInstanceOf(Answer.Refused.class);
  }

  /** Keeps records in memory, after so many failures. */
  private static final class FailingStore implements ExecutionStore {
    private final List<ExecutionRecord> records = new ArrayList<>();
    private final List<List<TenantId>> prunings = new ArrayList<>();
    private int fullTurns;
    private int failures;
    private boolean isRetryable = true;

    synchronized int size() {
      return records.size();
    }

    @Override
    public synchronized void append(List<ExecutionRecord> batch) {
      if (failures > 0) {
        failures--;
        throw new StoreFailure("Recording", isRetryable, new IllegalStateException("away"));
      }
      records.addAll(batch);
    }

    @Override
    public Optional<ExecutionRecord> find(TenantId tenant, String id) {
      return Optional.empty();
    }

    @Override
    public synchronized Page<ExecutionRecord> list(
        TenantId tenant, Filter filter, int limit, long cursor) {
      return new Page<>(records, Optional.empty());
    }

    @Override
    public void forget(TenantId tenant) {}

    @Override
    public int prune(
        Instant before, long keepMax, Collection<TenantId> tenants, long keepOfEach, int most) {
      prunings.add(List.copyOf(tenants));
      return prunings.size() <= fullTurns ? most : 0;
    }
  }
}
