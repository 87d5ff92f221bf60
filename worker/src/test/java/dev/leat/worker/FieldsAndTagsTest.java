package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.leat.contract.Grant;
import dev.leat.contract.Outcome;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import dev.leat.worker.capability.metrics.GuestMetrics.Recorded;
import dev.leat.worker.capability.metrics.MetricKind;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** Log lines with fields and metrics with tags, which guests of every contract may write. */
@Timeout(60)
final class FieldsAndTagsTest {
  private static final String NAME = "orders";
  private static final String JSON = "{\"shop\": \"berlin\"}";
  private static final int AT_JSON = 64;
  private static final int OUTSIDE = 65_531;

  private final TestWorker worker = new TestWorker();

  @AfterEach
  void everyInvocationIsOver() {
    worker.close();
    assertThat(worker.worker.runningInvocations()).isZero();
  }

  private static WasmBuilder importing(String function, String signature) {
    return new WasmBuilder()
        .importFunction("leat", function, signature)
        .memory(1)
        .data(0, NAME)
        .data(AT_JSON, JSON);
  }

  private static TestFunction handler(WasmBuilder module, WasmCode code) {
    return TestFunction.handler(
        module
            .export("allocate", "(i32)->i32", new WasmCode().i32Const(4_096))
            .export("handle", "(i32,i32)->i64", code.i64Const(0)));
  }

  private static WasmCode logging(int text, int fields) {
    return new WasmCode()
        .i32Const(3)
        .i32Const(text)
        .i32Const(NAME.length())
        .i32Const(fields)
        .i32Const(JSON.length())
        .call(0);
  }

  private static TestFunction logs(int text, int fields) {
    return handler(importing("log_fields", "(i32,i32,i32,i32,i32)->"), logging(text, fields));
  }

  private static TestFunction records(MetricKind kind, int name, int tags) {
    return handler(
        importing("metric_" + kind.name().toLowerCase(Locale.ROOT), "(i32,i32,f64,i32,i32)->"),
        new WasmCode()
            .i32Const(name)
            .i32Const(NAME.length())
            .f64Const(2)
            .i32Const(tags)
            .i32Const(JSON.length())
            .call(0));
  }

  @Test
  void fields_standInTheLine() {
    worker.invoke(logs(0, AT_JSON), "");

    assertThat(worker.lines).containsExactly("ERROR orders shop=berlin");
  }

  @Test
  void fields_withoutTheGrant_areDenied() {
    assertThat(worker.invoke(logs(0, AT_JSON).grants(), "")).isInstanceOf(Outcome.Responded.class);

    assertThat(worker.lines).isEmpty();
    assertThat(worker.denied).containsExactly("acme/f logging error");
  }

  @Test
  void fields_ofACommand_standInTheLine() {
    worker.invoke(
        TestFunction.wasi(
            importing("log_fields", "(i32,i32,i32,i32,i32)->")
                .export("_start", "()->", logging(0, AT_JSON))),
        "");

    assertThat(worker.lines).containsExactly("ERROR orders shop=berlin");
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "SUMMARY")
  void metric_isRecordedWithItsTags(MetricKind kind) {
    worker.invoke(records(kind, 0, AT_JSON), "");

    assertThat(worker.metrics.recorded())
        .extracting(Recorded::kind, Recorded::name, each -> each.tags().toString(), Recorded::count)
        .containsExactly(tuple(kind, NAME, "{shop=berlin}", 1L));
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "SUMMARY")
  void metric_withoutTheGrant_isDenied(MetricKind kind) {
    worker.invoke(records(kind, 0, AT_JSON).grants(new Grant.Logging()), "");

    assertThat(worker.metrics.recorded()).isEmpty();
    assertThat(worker.denied).containsExactly("acme/f metrics orders");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void pointersOutsideTheMemory_trap_grantedOrNot(boolean isGranted) {
    TestFunction[] functions = {
      logs(OUTSIDE, AT_JSON),
      logs(0, OUTSIDE),
      records(MetricKind.COUNTER, OUTSIDE, AT_JSON),
      records(MetricKind.COUNTER, 0, OUTSIDE),
    };
    for (int i = 0; i < functions.length; i++) {
      TestFunction function = functions[i].version(i + 1);
      assertThat(worker.invoke(isGranted ? function : function.grants(), ""))
          .isInstanceOf(Outcome.Trapped.class);
    }
    assertThat(worker.lines).isEmpty();
    assertThat(worker.metrics.recorded()).isEmpty();
  }
}
