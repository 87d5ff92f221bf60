package dev.leat.node.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.trace.TraceParent;
import org.junit.jupiter.api.Test;

class SampledTracingTest {
  private static final String KEPT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final String LEFT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

  @Test
  void begin_inACallersTrace_isAsTheCallerDecided() {
    SampledTracing all = new SampledTracing(1, span -> {});
    SampledTracing none = new SampledTracing(0, span -> {});

    assertThat(TraceParent.traceId(none.begin(KEPT))).isEqualTo(TraceParent.traceId(KEPT));
    assertThat(none.records(none.begin(KEPT))).isTrue();
    assertThat(all.records(all.begin(LEFT))).isFalse();
  }

  @Test
  void begin_aNewTrace_isKeptByItsPart() {
    SampledTracing half = new SampledTracing(0.5, span -> {});
    int kept = 0;
    for (int i = 0; i < 10_000; i++) {
      String begun = half.begin(i % 2 == 0 ? null : "nonsense");
      assertThat(TraceParent.isValid(begun)).isTrue();
      kept += half.records(begun) ? 1 : 0;
    }

    assertThat(kept).isBetween(4_500, 5_500); // ten times the deviation to be expected
  }
}
