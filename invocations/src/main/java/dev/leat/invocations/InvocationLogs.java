package dev.leat.invocations;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.TenantId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What guests wrote to their logs lately, by invocation. How much a call, a tenant and a node may
 * write is bounded before it comes here; what waits to be kept is bounded here, and what finds no
 * room is dropped and counted. Safe for several threads; nobody who writes waits.
 */
public final class InvocationLogs implements AutoCloseable {
  /** Twice what all guests of a node may write in the time between two flushes, and more. */
  static final int QUEUE_MAX = 16_384;

  /** Four seconds of all that guests of a node may write. */
  static final long WAITING_BYTES_MAX = 8L << 20;

  /** What a line takes besides its text. */
  private static final int LINE_BYTES = 200;

  /** The most lines at once. */
  public static final int PAGE_MAX = 1_000;

  private final LogStore store;
  private final Retention retention;
  private final InstantSource clock;
  private final WriteBehind<LogLine> lines;
  private final AtomicLong waitingBytes = new AtomicLong();
  private final LongAdder dropped = new LongAdder();

  /** Those of whom lines were kept here since the last pruning. */
  private final Set<TenantId> written = ConcurrentHashMap.newKeySet();

  public InvocationLogs(LogStore store, Retention retention, InstantSource clock) {
    this.store = store;
    this.retention = retention;
    this.clock = clock;
    this.lines = new WriteBehind<>("log lines", QUEUE_MAX, this::append, this::lost, this::prune);
  }

  public void start() {
    lines.start();
  }

  /** Takes a line, to be kept soon. Never waits. */
  public void append(FunctionVersion version, String invocation, String level, String text) {
    long bytes = (long) text.length() + LINE_BYTES;
    boolean isRoom =
        waitingBytes.addAndGet(bytes) <= WAITING_BYTES_MAX
            && lines.offer(
                new LogLine(
                    clock.instant(),
                    version.function(),
                    version.number(),
                    invocation,
                    level.toLowerCase(Locale.ROOT),
                    text));
    if (!isRoom) {
      waitingBytes.addAndGet(-bytes);
      dropped.increment();
    }
  }

  private void append(List<LogLine> batch) {
    store.append(batch);
    release(batch);
    batch.forEach(line -> written.add(line.function().tenant()));
  }

  private void lost(List<LogLine> batch) {
    release(batch);
    dropped.add(batch.size());
  }

  private void release(List<LogLine> batch) {
    batch.forEach(line -> waitingBytes.addAndGet(-(line.text().length() + LINE_BYTES)));
  }

  private void prune() {
    List<TenantId> tenants = List.copyOf(written);
    tenants.forEach(written::remove);
    boolean isDone = false;
    try {
      Instant before = clock.instant().minus(retention.age());
      for (int turn = 0; turn < Retention.TURNS && !isDone; turn++) {
        int removed =
            store.prune(before, tenants, retention.linesPerTenant(), Retention.PRUNED_AT_ONCE);
        isDone = removed < Retention.PRUNED_AT_ONCE;
      }
    } finally {
      if (!isDone) {
        written.addAll(tenants);
      }
    }
  }

  /** Lines that were not kept since the start. */
  public long dropped() {
    return dropped.sum();
  }

  /**
   * The lines after a position, or without one the last there are; in their order.
   *
   * @param most brought into 1 to {@link #PAGE_MAX}
   */
  public List<LogStore.Kept> list(
      TenantId tenant, LogStore.Filter filter, OptionalLong after, int most) {
    int bounded = Math.clamp(most, 1, PAGE_MAX);
    return after.isPresent()
        ? store.after(tenant, filter, after.getAsLong(), bounded)
        : store.last(tenant, filter, bounded);
  }

  /** Removes all lines of a tenant that are kept. Blocks. */
  public void forget(TenantId tenant) {
    store.forget(tenant);
  }

  @Override
  public void close() {
    lines.close();
  }
}
