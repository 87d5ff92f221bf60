package dev.leat.tenants.usage;

import dev.leat.contract.FunctionName;
import dev.leat.contract.TenantId;
import dev.leat.tenants.QuotaGate;
import dev.leat.tenants.usage.UsageStore.Charge;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Charges to this node's balances of the hour what other nodes charged to theirs. Each node charges
 * at once what it let in, and writes down what that was; here the rows of the others are read, and
 * of each what is new. The first time these are all rows of the last {@link
 * UsageStore#CHARGES_KEPT}, this node's own before its last start among them, each charged as of
 * when it was: so the balances are as they were. Its rows since then are left out. Blocks on the
 * store.
 */
public final class HourlyBalances {
  /**
   * Rows are read once more for so long after they were written, since they can be seen only when
   * they are committed; what was charged already is not charged again.
   */
  private static final Duration OVERLAP = Duration.ofMinutes(1);

  private static final long FORGET_EVERY_NANOS = Duration.ofHours(1).toNanos();

  private final String node;
  private final UsageStore store;
  private final QuotaGate gate;
  private final LongSupplier nanoTime;

  /**
   * The last row of each writer and function: one for each function with a limit by the hour that
   * was called within the last day, for each start of a node; about 300 bytes.
   */
  private final Map<Source, Seen> seen = new HashMap<>();

  private boolean isLoaded;
  private long readNanos;
  private long forgotNanos;

  /**
   * @param node names this start of this node, as its rows do
   * @param nanoTime a clock that never steps, as {@link System#nanoTime} is
   */
  public HourlyBalances(String node, UsageStore store, QuotaGate gate, LongSupplier nanoTime) {
    this.node = node;
    this.store = store;
    this.gate = gate;
    this.nanoTime = nanoTime;
    this.forgotNanos = nanoTime.getAsLong();
  }

  /** Charges what the rows of the last day say, once the limits are known. To be called once. */
  public synchronized void load() {
    read(UsageStore.CHARGES_KEPT, nanoTime.getAsLong());
    isLoaded = true;
  }

  /** Charges what was written since the last time; if it fails, the next time does. */
  public synchronized void read() {
    if (isLoaded) {
      long now = nanoTime.getAsLong();
      read(OVERLAP.plus(Duration.ofNanos(now - readNanos)), now);
    }
  }

  private void read(Duration within, long now) {
    store.charges(within).forEach(charge -> take(charge, now));
    readNanos = now;
    if (now - forgotNanos >= FORGET_EVERY_NANOS) {
      forgotNanos = now;
      seen.values().removeIf(row -> now - row.readNanos() > UsageStore.CHARGES_KEPT.toNanos());
    }
  }

  private void take(Charge charge, long now) {
    UsageRow.Key key = charge.row().key();
    if (UsageRow.isOf(key.writer(), node)) {
      return;
    }
    Source source = new Source(key.writer(), key.tenant(), key.function());
    Seen before = seen.get(source);
    Amounts amounts = charge.row().amounts();
    // A writer's minutes only go on, and it writes what it has of all at once.
    if (before != null && key.minute() < before.minute()) {
      return;
    }
    Amounts more =
        before != null && key.minute() == before.minute()
            ? amounts.minus(before.amounts())
            : amounts;
    seen.put(source, new Seen(key.minute(), amounts, now));
    if (!more.equals(Amounts.NONE)) {
      Optional<FunctionName> function =
          FunctionName.isValid(key.function())
              ? Optional.of(new FunctionName(key.function()))
              : Optional.empty();
      gate.charge(key.tenant(), function, more.spending(), charge.age());
    }
  }

  private record Source(String writer, TenantId tenant, String function) {}

  private record Seen(long minute, Amounts amounts, long readNanos) {}
}
