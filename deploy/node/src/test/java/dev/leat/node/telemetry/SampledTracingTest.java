package dev.leat.node.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.trace.TraceParent;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SampledTracingTest {
  private static final String KEPT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final String LEFT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

  private final AtomicLong now = new AtomicLong(-5_000_000_000L);
  private final ExportCounts counts = new ExportCounts("traces");

  private SampledTracing tracing(String sampler) {
    TelemetryConfig config =
        OtelVariables.read(
            Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://localhost:4318",
                "OTEL_TRACES_SAMPLER",
                "parentbased_" + sampler,
                "OTEL_TRACES_SAMPLER_ARG",
                "0.5"));
    return new SampledTracing(config, now::get, counts, span -> {});
  }

  /** Callers could have all of theirs kept. */
  @Test
  void begin_moreInASecond_areLeftOutAndCounted_callersApart() {
    SampledTracing all = tracing("always_on");
    int most = TelemetryConfig.OFF.tracesPerSecond();

    assertThat(kept(all, KEPT, most + 30)).isEqualTo(most);
    assertThat(kept(all, null, most + 20)).isEqualTo(most);
    assertThat(counts.dropped()).isEqualTo(50);
    assertThat(TraceParent.traceId(all.begin(KEPT))).isEqualTo(TraceParent.traceId(KEPT));
    now.addAndGet(1_000_000_000);
    assertThat(kept(all, KEPT, 10)).isEqualTo(10);
  }

  /** One accepted call may be run 100 times, and lead to others. */
  @Test
  void beginCaused_isATraceOfItsOwn_asFarAsSoManyAreKept() {
    SampledTracing all = tracing("always_on");
    int most = TelemetryConfig.OFF.tracesPerSecond();
    int kept = 0;
    for (int i = 0; i < most + 30; i++) {
      String begun = all.beginCaused(KEPT);
      kept += begun == null ? 0 : 1;
      assertThat(begun == null || !TraceParent.traceId(begun).equals(TraceParent.traceId(KEPT)))
          .isTrue();
    }

    assertThat(kept).isEqualTo(most);
    assertThat(counts.dropped()).isEqualTo(30);
    assertThat(all.beginCaused(LEFT)).isNull();
    assertThat(kept(all, KEPT, 1)).as("callers have a limit of their own").isEqualTo(1);
  }

  private static int kept(SampledTracing tracing, @Nullable String inbound, int requests) {
    int kept = 0;
    for (int i = 0; i < requests; i++) {
      kept += tracing.records(tracing.begin(inbound)) ? 1 : 0;
    }
    return kept;
  }

  @Test
  void begin_inACallersTrace_isAsTheCallerDecided() {
    SampledTracing all = tracing("always_on");
    SampledTracing none = tracing("always_off");

    assertThat(TraceParent.traceId(none.begin(KEPT))).isEqualTo(TraceParent.traceId(KEPT));
    assertThat(none.records(none.begin(KEPT))).isTrue();
    assertThat(all.records(all.begin(LEFT))).isFalse();
  }

  @Test
  void begin_aNewTrace_isKeptByItsPart() {
    SampledTracing half = tracing("traceidratio");
    int kept = 0;
    for (int i = 0; i < 10_000; i++) {
      now.addAndGet(10_000_000);
      String begun = half.begin(i % 2 == 0 ? null : "nonsense");
      assertThat(TraceParent.isValid(begun)).isTrue();
      kept += half.records(begun) ? 1 : 0;
    }

    assertThat(kept).isBetween(4_500, 5_500); // ten times the deviation to be expected
  }
}
