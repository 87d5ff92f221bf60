package dev.leat.node.metrics;

import static dev.leat.node.metrics.Snapshots.counter;
import static dev.leat.node.metrics.Snapshots.gauge;
import static dev.leat.node.metrics.Snapshots.level;

import dev.leat.invocations.async.Account;
import dev.leat.store.StoreFailure;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the asynchronous invocations of all nodes are, as the database has it; nothing of it while
 * that is away. Counting rows costs, so it is done at most every ten seconds.
 */
public final class AsyncMetrics implements MetricSource {
  private static final Duration COUNTED_EVERY = Duration.ofSeconds(10);

  private final Supplier<Account> accounts;
  private final LongSupplier begun;
  private @Nullable Account account;
  private long countedNanos;

  /**
   * @param accounts where all that was accepted is; blocks on the store
   * @param begun how many this node has given to a worker
   */
  public AsyncMetrics(Supplier<Account> accounts, LongSupplier begun) {
    this.accounts = accounts;
    this.begun = begun;
  }

  @Override
  public synchronized List<MetricSnapshot> read() {
    MetricSnapshot ofNode =
        counter(
            "leat_async_begun",
            "Attempts of asynchronous invocations that this node gave to a worker",
            begun.getAsLong());
    Account now = account();
    return now == null
        ? List.of(ofNode)
        : List.of(
            ofNode,
            counter(
                "leat_async_accepted",
                "Asynchronous invocations that all nodes accepted",
                now.accepted()),
            GaugeSnapshot.builder()
                .name("leat_async_invocations")
                .help("Asynchronous invocations of all nodes by where they are")
                .dataPoint(level(now.queued(), "state", "queued"))
                .dataPoint(level(now.running(), "state", "running"))
                .dataPoint(level(now.done(), "state", "done"))
                .dataPoint(level(now.failed(), "state", "failed"))
                .dataPoint(level(now.dead(), "state", "dead"))
                .dataPoint(level(now.cancelled(), "state", "cancelled"))
                .build(),
            gauge(
                "leat_async_missing",
                "Accepted ones that are nowhere; not 0: something was lost",
                now.missing()));
  }

  private @Nullable Account account() {
    long nanos = System.nanoTime();
    if (account == null || nanos - countedNanos >= COUNTED_EVERY.toNanos()) {
      countedNanos = nanos;
      try {
        account = accounts.get();
      } catch (StoreFailure e) {
        account = null; // what is not known is not told
      }
    }
    return account;
  }
}
