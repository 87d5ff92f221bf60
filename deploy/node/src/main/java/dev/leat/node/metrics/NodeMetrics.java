package dev.leat.node.metrics;

import static dev.leat.node.metrics.Snapshots.counter;
import static dev.leat.node.metrics.Snapshots.gauge;
import static dev.leat.node.metrics.Snapshots.histogram;
import static dev.leat.node.metrics.Snapshots.level;
import static dev.leat.node.metrics.Snapshots.point;

import dev.leat.gateway.pipeline.Requests;
import dev.leat.node.telemetry.ExportCounts;
import dev.leat.scheduler.PlacementCounts;
import dev.leat.tenants.QuotaGate;
import dev.leat.worker.capability.PowerCalls;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The ways of requests through a node, whatever they call: HTTP, quotas, placement, the database.
 */
public final class NodeMetrics implements MetricSource {
  private final Requests requests;
  private final LongSupplier unlogged;
  private final QuotaGate quotas;
  private final Supplier<PlacementCounts> placements;
  private final Supplier<DatabaseUse> database;
  private final PowerCalls powers;
  private final List<ExportCounts> exports;
  private final Histogram loopLag = new Histogram();

  /**
   * @param unlogged how many requests the access log left out
   */
  public NodeMetrics(
      Requests requests,
      LongSupplier unlogged,
      QuotaGate quotas,
      Supplier<PlacementCounts> placements,
      Supplier<DatabaseUse> database,
      PowerCalls powers,
      List<ExportCounts> exports) {
    this.requests = requests;
    this.unlogged = unlogged;
    this.quotas = quotas;
    this.placements = placements;
    this.database = database;
    this.powers = powers;
    this.exports = List.copyOf(exports);
  }

  /** To be told how far event loops are behind. */
  public void loopLag(long nanos) {
    loopLag.record(nanos);
  }

  @Override
  public List<MetricSnapshot> read() {
    DatabaseUse use = database.get();
    return List.of(
        requests(),
        counter(
            "leat_access_log_dropped",
            "Requests left out of the access log under load",
            unlogged.getAsLong()),
        histogram(
            "leat_event_loop_lag_seconds",
            "By how much event loops are behind, looked at twice a second",
            loopLag),
        CounterSnapshot.builder()
            .name("leat_quota_checks")
            .help("Calls of functions that have quotas, by what those said")
            .dataPoint(point(quotas.admitted(), "result", "admitted"))
            .dataPoint(point(quotas.rejected(), "result", "rejected"))
            .build(),
        placed(),
        placedAgain(),
        GaugeSnapshot.builder()
            .name("leat_database_connections")
            .help("Open connections to the database, by what they do")
            .dataPoint(level(use.active(), "state", "active"))
            .dataPoint(level(use.idle(), "state", "idle"))
            .build(),
        gauge("leat_database_connections_max", "The most there may be", use.max()),
        gauge("leat_database_waiting", "Threads that wait for a connection", use.waiting()),
        gauge(
            "leat_database_available",
            "1 while the database answers, else 0",
            use.isAvailable() ? 1 : 0),
        powers(),
        exports());
  }

  private CounterSnapshot requests() {
    CounterSnapshot.Builder all =
        CounterSnapshot.builder()
            .name("leat_http_requests")
            .help("Requests by what they were for, and the class of the answer's status");
    for (Requests.Kind kind : Requests.Kind.values()) {
      long[] counts = requests.counts(kind);
      for (int i = 0; i < counts.length; i++) {
        String word = kind.name().toLowerCase(Locale.ROOT);
        all.dataPoint(point(counts[i], "for", word, "class", Requests.CLASSES.get(i)));
      }
    }
    return all.build();
  }

  private CounterSnapshot powers() {
    CounterSnapshot.Builder all =
        CounterSnapshot.builder()
            .name("leat_power_calls")
            .help("Calls of functions to the host, by power and how they ended");
    powers.forEach((power, ending, count) ->
        all.dataPoint(point(count, "power", power, "outcome", ending.word())));
    return all.build();
  }

  private CounterSnapshot exports() {
    CounterSnapshot.Builder all =
        CounterSnapshot.builder()
            .name("leat_telemetry_items")
            .help("Spans, lines and reports of figures that were to leave, by what became of them");
    for (ExportCounts counts : exports) {
      all.dataPoint(point(counts.exported(), "signal", counts.signal(), "result", "exported"));
      all.dataPoint(point(counts.dropped(), "signal", counts.signal(), "result", "dropped"));
      all.dataPoint(point(counts.failed(), "signal", counts.signal(), "result", "failed"));
    }
    return all.build();
  }

  private CounterSnapshot placed() {
    PlacementCounts counts = placements.get();
    return CounterSnapshot.builder()
        .name("leat_placements")
        .help("Decisions of a cluster's node on which worker runs a call")
        .dataPoint(point(counts.own(), "worker", "own"))
        .dataPoint(point(counts.others(), "worker", "other"))
        .dataPoint(point(counts.none(), "worker", "none"))
        .build();
  }

  private CounterSnapshot placedAgain() {
    PlacementCounts counts = placements.get();
    return CounterSnapshot.builder()
        .name("leat_placements_again")
        .help("Calls given to another worker, by what became of the first")
        .dataPoint(point(counts.afterOverload(), "after", "overloaded"))
        .dataPoint(point(counts.afterLoss(), "after", "lost"))
        .build();
  }
}
