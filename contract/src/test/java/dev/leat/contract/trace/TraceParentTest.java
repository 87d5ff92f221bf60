package dev.leat.contract.trace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-";
  private static final String SENT = TRACE + "b7ad6b7169203331-01";

  @Test
  void next_keepsTraceAndFlags_andHasASpanOfItsOwn() {
    String first = TraceParent.next(SENT);
    String second = TraceParent.next(SENT);

    assertThat(first).startsWith(TRACE).endsWith("-01").hasSameSizeAs(SENT);
    assertThat(first).isNotEqualTo(SENT).isNotEqualTo(second);
    assertThat(TraceParent.next(first)).startsWith(TRACE);
  }

  @Test
  void root_isValid_andSaysWhetherItIsKept() {
    String kept = TraceParent.root(true);
    String left = TraceParent.root(false);

    assertThat(TraceParent.isValid(kept)).isTrue();
    assertThat(TraceParent.isValid(left)).isTrue();
    assertThat(TraceParent.isSampled(kept)).isTrue();
    assertThat(TraceParent.isSampled(left)).isFalse();
    assertThat(TraceParent.traceId(kept)).isNotEqualTo(TraceParent.traceId(left)).hasSize(32);
  }

  @Test
  void child_isOfTheSameTrace() {
    String child = TraceParent.child(SENT);

    assertThat(TraceParent.traceId(child)).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    assertThat(TraceParent.spanId(SENT)).isEqualTo("b7ad6b7169203331");
    assertThat(TraceParent.spanId(child)).isNotEqualTo(TraceParent.spanId(SENT)).hasSize(16);
    assertThat(TraceParent.isSampled(child)).isTrue();
  }

  @Test
  void next_ofAHugeField_isNone() {
    assertThat(TraceParent.next(SENT + "0".repeat(8_000))).isNull();
  }

  /** W3C Trace Context, 3.2.2: ids of zeros, capitals, other versions. */
  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "00",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX: y"
      })
  void next_ofWhatIsNotValid_isNone(String sent) {
    assertThat(TraceParent.next(sent)).isNull();
  }
}
