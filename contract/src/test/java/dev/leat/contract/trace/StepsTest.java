package dev.leat.contract.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StepsTest {
  private final List<Span> spans = new ArrayList<>();
  private final Tracing tracing = new Listed();

  private final class Listed implements Tracing {
    @Override
    public @Nullable String begin(@Nullable String inbound) {
      return TraceParent.next(inbound);
    }

    @Override
    public @Nullable String beginCaused(String cause) {
      return records(cause) ? TraceParent.root(true) : null;
    }

    @Override
    public boolean records(@Nullable String context) {
      return context != null && TraceParent.isSampled(context);
    }

    @Override
    public void ended(Span span) {
      spans.add(span);
    }
  }

  @Test
  void time_isASpanBeneathTheOneInWhichItHappens() {
    String context = TraceParent.root(true);

    int result =
        new Steps(tracing, context)
            .run(() -> Steps.current().time("outer", () -> Steps.current().time("inner", () -> 7)));

    assertThat(result).isEqualTo(7);
    assertThat(spans).extracting(Span::name).containsExactly("inner", "outer");
    assertThat(spans.get(1).parent()).isEqualTo(context);
    assertThat(spans.get(0).parent()).isEqualTo(spans.get(1).context());
    assertThat(spans.get(0).error()).isNull();
  }

  @Test
  void time_ofWhatThrows_isAnError() {
    Steps steps = new Steps(tracing, TraceParent.root(true));

    assertThatThrownBy(() ->
            steps.time(
                "step",
                () -> {
                  throw new IllegalStateException("why");
                }))
        .hasMessage("why");
    assertThat(spans).singleElement().extracting(Span::error).isEqualTo("failed");
  }

  @Test
  void time_whereNoTraceIsKept_onlyDoesIt() {
    assertThat(Steps.current().time("a", () -> 1)).isEqualTo(1);
    assertThat(new Steps(tracing, null).time("b", () -> 2)).isEqualTo(2);
    assertThat(new Steps(tracing, TraceParent.root(false)).time("c", () -> 3)).isEqualTo(3);
    assertThat(spans).isEmpty();
  }
}
