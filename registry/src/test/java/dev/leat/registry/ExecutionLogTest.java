package dev.leat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Answer;
import dev.leat.contract.ExecutionRecord;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.ManualClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the log keeps when there is more than it can write. */
class ExecutionLogTest {
  private static final TenantId ACME = new TenantId("acme");

  private final FailingStore store = new FailingStore();
  private final ExecutionLog log = new ExecutionLog(store, new ManualClock());

  @Test
  void append_isWrittenSoon_andAllOfItAtClose() {
    log.start();
    log.append(record(""));
    Eventually.holds("the record is written", () -> store.size() == 1);

    log.append(record("boom"));
    log.close();

    assertThat(store.size()).isEqualTo(2);
  }

  @Test
  void append_moreThanIsWritten_dropsSuccessesAndKeepsErrors() {
    for (int i = 0; i < ExecutionLog.SUCCESSES_WAITING_MAX + 100; i++) {
      log.append(record(""));
    }
    int errors = ExecutionLog.QUEUE_MAX - ExecutionLog.SUCCESSES_WAITING_MAX;
    for (int i = 0; i < errors + 3; i++) {
      log.append(record("boom"));
    }

    log.start();
    log.close();

    assertThat(log.droppedSuccesses()).isEqualTo(100);
    assertThat(log.droppedErrors()).isEqualTo(3);
    assertThat(store.size()).isEqualTo(ExecutionLog.QUEUE_MAX);
  }

  @Test
  void append_storeAwayForAWhile_losesNothing() {
    store.failures = 3;
    log.start();

    log.append(record("boom"));

    Eventually.holds("the record is written", () -> store.size() == 1);
    log.close();
  }

  @Test
  void list_badCursor_isRefused() {
    assertThat(log.list(ACME, ExecutionStore.Filter.NONE, 10, Optional.of("x")))
        .isInstanceOf(Answer.Refused.class);
  }

  private static ExecutionRecord record(String error) {
    return new ExecutionRecord(
        "id",
        new FunctionRef(ACME, new FunctionName("f")),
        1,
        Instant.EPOCH,
        error.isEmpty() ? "responded" : "trapped",
        error,
        Usage.NONE);
  }

  /** Keeps records in memory, after so many failures. */
  private static final class FailingStore implements ExecutionStore {
    private final List<ExecutionRecord> records = new ArrayList<>();
    private int failures;

    synchronized int size() {
      return records.size();
    }

    @Override
    public synchronized void append(List<ExecutionRecord> batch) {
      if (failures > 0) {
        failures--;
        throw new StoreFailure("Recording", true, new IllegalStateException("away"));
      }
      records.addAll(batch);
    }

    @Override
    public synchronized Page<ExecutionRecord> list(
        TenantId tenant, Filter filter, int limit, long cursor) {
      return new Page<>(records, Optional.empty());
    }

    @Override
    public void forget(TenantId tenant) {}

    @Override
    public void prune(Instant before, long keepMax) {}
  }
}
