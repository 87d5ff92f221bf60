package dev.leat.node.metrics;

import static dev.leat.node.metrics.Snapshots.counter;
import static dev.leat.node.metrics.Snapshots.gauge;
import static dev.leat.node.metrics.Snapshots.histogram;
import static dev.leat.node.metrics.Snapshots.level;
import static dev.leat.node.metrics.Snapshots.point;

import dev.leat.contract.permission.PermissionType;
import dev.leat.engine.EngineCounts;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.ModuleTampered;
import dev.leat.gateway.http.BodyMemory;
import dev.leat.gateway.http.ConnectionCounts;
import dev.leat.invocations.ExecutionLog;
import dev.leat.invocations.InvocationLogs;
import dev.leat.registry.module.TamperAlarm;
import dev.leat.tenants.QuotaGate;
import dev.leat.worker.ModuleCacheUse;
import dev.leat.worker.Preparation;
import dev.leat.worker.Worker;
import dev.leat.worker.capability.PermissionDenials;
import dev.leat.worker.capability.logging.GuestLogs;
import dev.leat.worker.capability.metrics.GuestMetrics;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The node's metrics in Prometheus' text format, read from where they are kept at the moment that
 * they are asked for. Their names are listed in docs/OPERATING.md.
 */
public final class Exposition {
  private final MeteredInvoker invocations;
  private final Worker worker;
  private final QuotaGate quotas;
  private final EngineCounts engine;
  private final TamperAlarm tampered;
  private final GuestHeap guestHeap;
  private final GuestLogs guestLogs;
  private final GuestMetrics guestMetrics;
  private final PermissionDenials permissionDenials;
  private final BodyMemory bodies;
  private final ConnectionCounts connections;
  private final ExecutionLog executions;
  private final InvocationLogs keptLogs;
  private final List<MetricSource> others;

  public Exposition(
      MeteredInvoker invocations,
      Worker worker,
      QuotaGate quotas,
      EngineCounts engine,
      TamperAlarm tampered,
      GuestHeap guestHeap,
      GuestLogs guestLogs,
      GuestMetrics guestMetrics,
      PermissionDenials permissionDenials,
      BodyMemory bodies,
      ConnectionCounts connections,
      ExecutionLog executions,
      InvocationLogs keptLogs,
      List<MetricSource> others) {
    this.invocations = invocations;
    this.worker = worker;
    this.quotas = quotas;
    this.engine = engine;
    this.tampered = tampered;
    this.guestHeap = guestHeap;
    this.guestLogs = guestLogs;
    this.guestMetrics = guestMetrics;
    this.permissionDenials = permissionDenials;
    this.bodies = bodies;
    this.connections = connections;
    this.executions = executions;
    this.keptLogs = keptLogs;
    this.others = List.copyOf(others);
  }

  /**
   * Text of the type {@code text/plain; version=0.0.4}, or {@code application/openmetrics-text;
   * version=1.0.0}.
   */
  public byte[] text(boolean isOpenMetrics) {
    ExpositionFormatWriter writer =
        isOpenMetrics ? OpenMetricsTextFormatWriter.create() : PrometheusTextFormatWriter.create();
    ByteArrayOutputStream text = new ByteArrayOutputStream(16_384);
    try {
      writer.write(text, snapshots(), EscapingScheme.UNDERSCORE_ESCAPING);
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory", e);
    }
    return text.toByteArray();
  }

  /** All of them, as they are now. */
  public MetricSnapshots snapshots() {
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    ofInvocations().forEach(all::metricSnapshot);
    others.forEach(source -> source.read().forEach(all::metricSnapshot));
    return all.build();
  }

  private MetricSnapshots ofInvocations() {
    ModuleCacheUse cache = worker.moduleCacheUse();
    Preparation ahead = worker.preparation();
    GuestSnapshots guests = new GuestSnapshots(guestMetrics);
    return MetricSnapshots.of(
        invocations(),
        histogram(
            "leat_invocation_duration_seconds",
            "Time of invocations that got an instance, from arrival at the worker to the end",
            invocations.durations),
        histogram(
            "leat_queue_wait_seconds",
            "Time that these waited for an instance's place, their module and a thread",
            invocations.waits),
        counter(
            "leat_cold_starts",
            "Invocations that waited for a new instance",
            total(invocations.coldStarts)),
        histogram(
            "leat_cold_start_seconds",
            "Time to get a new instance, initialised",
            invocations.coldStarts),
        counter("leat_fuel_consumed", "Fuel that invocations consumed", invocations.fuel.sum()),
        CounterSnapshot.builder()
            .name("leat_init_fuel_consumed")
            .help("Fuel that initialising instances consumed, which is no invocation's own")
            .dataPoint(point(invocations.initFuel.sum(), "cause", "invocation"))
            .dataPoint(point(ahead.fuel(), "cause", "deployment"))
            .build(),
        counter(
            "leat_instances_prepared",
            "Instances initialised before an invocation needed them",
            ahead.instances()),
        GaugeSnapshot.builder()
            .name("leat_instances")
            .help("Instances that exist, by what they do")
            .dataPoint(level(worker.busyInstances(), "state", "busy"))
            .dataPoint(level(worker.idleInstances(), "state", "idle"))
            .build(),
        gauge("leat_guest_threads", "Threads that run guests or wait to", worker.guestThreads()),
        gauge("leat_queue_depth", "Invocations that wait to run", worker.waitingInvocations()),
        gauge("leat_module_cache_entries", "Compiled modules kept", cache.entries()),
        counter("leat_module_cache_hits", "Look-ups that found a compiled module", cache.hits()),
        counter("leat_module_cache_misses", "Look-ups that had to load it", cache.misses()),
        counter(
            "leat_modules_compiled",
            "Modules compiled; those in the class store need not be",
            engine.compiledModules()),
        quotaRejections(),
        securityAlerts(),
        permissionDenials(),
        gauge("leat_guest_memory_bytes", "Memory that all instances hold", guestHeap.heldBytes()),
        gauge(
            "leat_request_body_bytes",
            "Memory that bodies of requests and responses hold",
            bodies.held()),
        gauge("leat_http_connections", "Connections that clients have open", connections.open()),
        counter(
            "leat_http_connections_refused",
            "Connections closed at once, since there were too many",
            connections.refused()),
        CounterSnapshot.builder()
            .name("leat_guest_log_dropped")
            .help("Lines of guests left out of the log, by whose bound they were beyond")
            .dataPoint(point(guestLogs.droppedOfCalls(), "of", "call"))
            .dataPoint(point(guestLogs.droppedOfTenants(), "of", "tenant"))
            .dataPoint(point(guestLogs.droppedOfNode(), "of", "node"))
            .dataPoint(point(keptLogs.dropped(), "of", "store"))
            .build(),
        guests.summaries(),
        guests.counters(),
        guests.gauges(),
        guests.histograms(),
        guests.timers(),
        guestMetricsDropped(),
        CounterSnapshot.builder()
            .name("leat_execution_records_dropped")
            .help("Execution records left out under load")
            .dataPoint(point(executions.droppedSuccesses(), "of", "success"))
            .dataPoint(point(executions.droppedErrors(), "of", "error"))
            .build());
  }

  private CounterSnapshot invocations() {
    CounterSnapshot.Builder all =
        CounterSnapshot.builder().name("leat_invocations").help("Invocations by how they ended");
    invocations.counts.forEach((tenant, function, ending, count) ->
        all.dataPoint(point(count, "tenant", tenant, "function", function, "outcome", ending)));
    return all.build();
  }

  private CounterSnapshot guestMetricsDropped() {
    CounterSnapshot.Builder all =
        CounterSnapshot.builder()
            .name("leat_guest_metrics_dropped")
            .help("Values of functions left out, by whose bound they were beyond");
    for (GuestMetrics.Drop drop : GuestMetrics.Drop.values()) {
      all.dataPoint(point(guestMetrics.dropped(drop), "of", drop.word()));
    }
    return all.build();
  }

  private CounterSnapshot securityAlerts() {
    CounterSnapshot.Builder all =
        CounterSnapshot.builder()
            .name("leat_security_alerts")
            .help("What was stored and came back altered, each once: it was not run");
    for (ModuleTampered.Part part : ModuleTampered.Part.values()) {
      all.dataPoint(point(tampered.count(part), "kind", part.check()));
    }
    return all.build();
  }

  private CounterSnapshot permissionDenials() {
    CounterSnapshot.Builder all =
        CounterSnapshot.builder()
            .name("leat_permission_denials")
            .help("Requests of functions to the host that were denied, by what they were");
    for (PermissionType type : PermissionType.values()) {
      all.dataPoint(point(permissionDenials.count(type), "capability", type.word()));
    }
    return all.build();
  }

  private CounterSnapshot quotaRejections() {
    CounterSnapshot.Builder all =
        CounterSnapshot.builder()
            .name("leat_quota_rejections")
            .help("Requests turned away by a tenant's quota");
    quotas
        .rejections()
        .forEach(rejections ->
            all.dataPoint(
                point(
                    rejections.count(),
                    "tenant",
                    rejections.tenant().map(Object::toString).orElse(InvocationCounts.OTHER),
                    "quota",
                    rejections.quota())));
    return all.build();
  }

  private static long total(Histogram histogram) {
    long total = 0;
    for (long count : histogram.counts()) {
      total += count;
    }
    return total;
  }
}
