package dev.leat.contract.trace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CallTraceTest {
  @Test
  void hostCalls_beyondTheBound_areOnlyCounted() {
    CallTrace trace = new CallTrace(TraceParent.root(true));

    for (int i = 0; i < CallTrace.HOST_CALLS_MAX + 5; i++) {
      trace.hostCall("log", "logging", i, i + 1, null);
    }

    assertThat(trace.hostCalls()).hasSize(CallTrace.HOST_CALLS_MAX);
    assertThat(trace.leftOut()).isEqualTo(5);
    assertThat(trace.hostCalls())
        .allMatch(span -> trace.execution().equals(span.parent()))
        .extracting(Span::context)
        .doesNotHaveDuplicates();
  }
}
