package dev.leat.node.metrics;

import static dev.leat.node.metrics.Snapshots.gauge;
import static dev.leat.node.metrics.Snapshots.level;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.List;

/** The JVM: under the names that the Prometheus client gives them, which dashboards know. */
public final class JvmMetrics implements MetricSource {
  private static final double MILLIS_PER_SECOND = 1_000;
  private static final double NANOS_PER_SECOND = 1e9;

  @Override
  public List<MetricSnapshot> read() {
    return List.of(memoryUsed(), memoryMax(), buffers(), collections(), threads(), processor());
  }

  private static GaugeSnapshot memoryUsed() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    return GaugeSnapshot.builder()
        .name("jvm_memory_used_bytes")
        .help("Memory that the JVM uses")
        .dataPoint(level(memory.getHeapMemoryUsage().getUsed(), "area", "heap"))
        .dataPoint(level(memory.getNonHeapMemoryUsage().getUsed(), "area", "nonheap"))
        .build();
  }

  private static GaugeSnapshot memoryMax() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    return GaugeSnapshot.builder()
        .name("jvm_memory_max_bytes")
        .help("Memory that the JVM may use; -1 where nothing says")
        .dataPoint(level(memory.getHeapMemoryUsage().getMax(), "area", "heap"))
        .dataPoint(level(memory.getNonHeapMemoryUsage().getMax(), "area", "nonheap"))
        .build();
  }

  private static GaugeSnapshot buffers() {
    GaugeSnapshot.Builder all =
        GaugeSnapshot.builder()
            .name("jvm_buffer_pool_used_bytes")
            .help("Memory outside of the heap, of buffers");
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      all.dataPoint(level(pool.getMemoryUsed(), "pool", pool.getName()));
    }
    return all.build();
  }

  private static SummarySnapshot collections() {
    SummarySnapshot.Builder all =
        SummarySnapshot.builder()
            .name("jvm_gc_collection_seconds")
            .help("Time that collecting garbage took");
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      all.dataPoint(
          SummaryDataPointSnapshot.builder()
              .count(Math.max(0, collector.getCollectionCount()))
              .sum(Math.max(0, collector.getCollectionTime()) / MILLIS_PER_SECOND)
              .labels(Labels.of("gc", collector.getName()))
              .build());
    }
    return all.build();
  }

  private static GaugeSnapshot threads() {
    return gauge(
        "jvm_threads_current",
        "Platform threads",
        ManagementFactory.getThreadMXBean().getThreadCount());
  }

  private static MetricSnapshot processor() {
    long nanos =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? Math.max(0, system.getProcessCpuTime())
            : 0;
    return Snapshots.counter(
        "process_cpu_seconds", "Time of processors that the JVM used", nanos / NANOS_PER_SECOND);
  }
}
