package dev.leat.node.metrics;

import static dev.leat.node.metrics.Snapshots.counter;
import static dev.leat.node.metrics.Snapshots.gauge;
import static dev.leat.node.metrics.Snapshots.level;
import static dev.leat.node.metrics.Snapshots.point;

import dev.leat.invocations.async.Account;
import dev.leat.invocations.async.Callbacks;
import dev.leat.store.StoreFailure;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Duration;
import java.util.ArrayList;
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
  private final LongSupplier omitted;
  private final Supplier<Callbacks.Counts> callbacks;
  private @Nullable Account account;
  private long countedNanos;

  /**
   * @param accounts where all that was accepted is; blocks on the store
   * @param begun how many this node has given to a worker
   * @param omitted destinations that it did not call
   * @param callbacks that it sent
   */
  public AsyncMetrics(
      Supplier<Account> accounts,
      LongSupplier begun,
      LongSupplier omitted,
      Supplier<Callbacks.Counts> callbacks) {
    this.accounts = accounts;
    this.begun = begun;
    this.omitted = omitted;
    this.callbacks = callbacks;
  }

  @Override
  public synchronized List<MetricSnapshot> read() {
    List<MetricSnapshot> all = new ArrayList<>(ofNode());
    Account now = account();
    if (now != null) {
      all.addAll(ofAll(now));
    }
    return all;
  }

  private List<MetricSnapshot> ofNode() {
    Callbacks.Counts sent = callbacks.get();
    return List.of(
        counter(
            "leat_async_begun",
            "Attempts of asynchronous invocations that this node gave to a worker",
            begun.getAsLong()),
        counter(
            "leat_async_destinations_omitted",
            "Destinations that this node did not call: none is deployed, or too deep",
            omitted.getAsLong()),
        CounterSnapshot.builder()
            .name("leat_callbacks")
            .help("Callbacks that this node sent, by what came of it")
            .dataPoint(point(sent.delivered(), "outcome", "delivered"))
            .dataPoint(point(sent.failed(), "outcome", "failed"))
            .dataPoint(point(sent.givenUp(), "outcome", "given-up"))
            .build());
  }

  private static List<MetricSnapshot> ofAll(Account now) {
    return List.of(
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
