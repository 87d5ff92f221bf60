package dev.leat.gateway.invocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Headers;
import dev.leat.contract.trace.TraceParent;
import io.vertx.core.MultiMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestHeadersTest {
  private final MultiMap sent = MultiMap.caseInsensitiveMultiMap();

  @Test
  void platformsToken_isLeftOut_andTheFunctionsOwnIsNot() {
    sent.add("Authorization", "Bearer ours").add("authorization", "Basic theirs").add("X-A", "1");

    Headers seen = RequestHeaders.of(sent, value -> value.endsWith("ours"), null);

    assertThat(seen)
        .containsExactlyInAnyOrder(
            Map.entry("authorization", "Basic theirs"), Map.entry("X-A", "1"));
    assertThat(seen.first("AUTHORIZATION")).isEqualTo("Basic theirs");
  }

  @Test
  void trace_isThePlatformsSpan_ifThereIsOne() {
    sent.add("TraceParent", TraceParent.root(true)).add("tracestate", "a=1");

    Headers seen = RequestHeaders.of(sent, value -> true, "ours");

    assertThat(seen.first("traceparent")).isEqualTo("ours");
    assertThat(seen.first("tracestate")).isEqualTo("a=1");
  }

  @Test
  void trace_thatBeginsHere_isToldOnce_andLeavesAForeignStateOut() {
    sent.add("traceparent", "nonsense").add("TraceState", "a=1").add("baggage", "b=2");

    assertThat(RequestHeaders.of(sent, value -> true, "ours"))
        .containsExactlyInAnyOrder(Map.entry("traceparent", "ours"), Map.entry("baggage", "b=2"));
  }

  @Test
  void trace_whereNoneIsKept_isAsItWasSent() {
    sent.add("TraceParent", "theirs");

    assertThat(RequestHeaders.of(sent, value -> true, null).first("traceparent"))
        .isEqualTo("theirs");
  }

  @Test
  void fields_stayWhenTheRequestsAreGone() {
    sent.add("a", "1");

    Headers seen = RequestHeaders.of(sent, value -> true, null);
    sent.clear();

    assertThat(seen).containsExactly(Map.entry("a", "1"));
  }
}
