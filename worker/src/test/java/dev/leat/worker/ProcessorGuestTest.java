package dev.leat.worker;

import static dev.leat.worker.TestWorker.body;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import dev.leat.worker.capability.metrics.GuestMetrics.Recorded;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class ProcessorGuestTest {
  private final TestWorker worker = new TestWorker();

  @AfterEach
  void everyInvocationIsOver() {
    worker.close();
    assertThat(worker.worker.runningInvocations()).isZero();
  }

  private static WasmBuilder guest(WasmCode processEvent) {
    return guest(2, processEvent);
  }

  private static WasmBuilder guest(int pages, WasmCode processEvent) {
    return new WasmBuilder()
        .importFunction("flowctl", "record_metric", "(i32,i32,f64)->")
        .importFunction("env", "log", "(i32,i32,i32)->")
        .importFunction("leat", "http_request", "(i32,i32,i32,i32,i32)->i64")
        .memory(pages)
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(4_096))
        .export("free", "(i32,i32)->", new WasmCode())
        .export("process_event", "(i32,i32)->i64", processEvent);
  }

  /** Answers the event that it got. */
  private static WasmBuilder echo() {
    return echo(2);
  }

  private static WasmBuilder echo(int pages) {
    return guest(
        pages,
        new WasmCode()
            .localGet(0)
            .i64ExtendUnsigned()
            .i64Const(32)
            .i64Shl()
            .localGet(1)
            .i64ExtendUnsigned()
            .i64Or());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"id\":\"1\",\"data\":null}", "{ \"data\": 1.50, \"id\": 7, \"x\": {}}"})
  void event_isHandedOnAsItCame(String event) {
    Outcome outcome = worker.invoke(TestFunction.processor(echo()), event);

    assertThat(body(outcome)).isEqualTo(event);
    assertThat(((Outcome.Responded) outcome).headers())
        .containsExactly(java.util.Map.entry("content-type", "application/json"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "12",
        "1.10",
        "123456789012345678901234567890.123456789",
        "1e400",
        "[1, 2]",
        "\"text\"",
        "{\"id\": 1}",
        "{\"data\": 1}",
        "null"
      })
  void json_isWrappedDigitForDigit(String json) {
    Outcome outcome = worker.invoke(TestFunction.processor(echo()), json);

    assertThat(body(outcome))
        .isEqualTo(
            "{\"id\":\"request-1\",\"timestamp\":%d,\"data\":%s,\"metadata\":{}}"
                .formatted(worker.clock.millis(), json));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "plain text",
        "1 2 3",
        "{\"id\":1,\"data\":2} tail",
        "{\"id\":1,\"data\":",
        "NaN"
      })
  void otherText_isWrappedAsAString(String text) {
    Outcome outcome = worker.invoke(TestFunction.processor(echo()), text);

    assertThat(body(outcome)).contains("\"data\":\"" + text.replace("\"", "\\\"") + "\"");
  }

  @Test
  void bytesThatAreNoText_neverFail() {
    byte[][] bodies = {
      {0, 0, 0, '{'},
      {0, '{', 0, '}'},
      {(byte) 0xff, (byte) 0xfe, '{', 0},
      {(byte) 0xef, (byte) 0xbb},
      {'"', (byte) 0xc3, '"'},
      {0, 0, (byte) 0xfe, (byte) 0xff, 1, 2, 3, 4},
      {0, 1, 2, 3, 4, 5}
    };
    for (byte[] bytes : bodies) {
      Outcome outcome = worker.invoke(worker.publish(TestFunction.processor(echo())), bytes);
      assertThat(body(outcome)).startsWith("{\"id\":\"request-1\"");
    }
  }

  @Test
  void jsonNestedDeeply_isText() {
    TestFunction function = TestFunction.processor(echo()).response(100_000);

    assertThat(body(worker.invoke(function, "[".repeat(10_000)))).contains("\"data\":\"[[[");
  }

  @Test
  void jsonUpToTheDepth_isWrapped() {
    TestFunction function = TestFunction.processor(echo()).response(100_000);

    assertThat(body(worker.invoke(function, "[".repeat(1_000) + "]".repeat(1_000))))
        .contains("\"data\":[[[");
    assertThat(body(worker.invoke(function, "[".repeat(1_001) + "]".repeat(1_001))))
        .contains("\"data\":\"[[[");
  }

  @Test
  void idAndDataWithin_makeNoEvent() {
    String json = "[{\"id\":1,\"data\":{\"id\":2,\"data\":3}}]";

    assertThat(body(worker.invoke(TestFunction.processor(echo()), json)))
        .contains("\"data\":" + json);
  }

  @Test
  void longText_isWrappedWhole() throws IOException {
    TestFunction function = TestFunction.processor(echo(40)).response(3 << 20);
    String text = "\u0000 \" ä € \ud83d\ude00 plain ".repeat(20_000);

    Outcome outcome = worker.invoke(function, text);

    assertThat(new ObjectMapper().readTree(body(outcome)).get("data").textValue()).isEqualTo(text);
  }

  @Test
  void body_costsFuelByItsLength() {
    long small = worker.invoke(TestFunction.processor(echo()), "[" + " ".repeat(10)).usage().fuel();
    long large =
        worker.invoke(TestFunction.processor(echo()), "[" + " ".repeat(50_010)).usage().fuel();

    assertThat(large - small).isBetween(50_000L * 32, 50_000L * 100);
    assertThat(
            worker.invoke(
                TestFunction.processor(echo()).version(2).fuel(1_000_000),
                "[" + " ".repeat(50_000)))
        .isInstanceOf(Outcome.FuelExhausted.class);
  }

  @Test
  void body_isReadWithinTheCallsTime() {
    TestFunction function = TestFunction.processor(echo()).timeout(Duration.ofMillis(1));

    assertThat(worker.invoke(function, "[" + "[],".repeat(5 << 20)))
        .isInstanceOf(Outcome.TimedOut.class);
  }

  @Test
  void zero_isAFailure() {
    assertThat(worker.invoke(TestFunction.processor(guest(new WasmCode().i64Const(0))), ""))
        .isInstanceOf(Outcome.GuestFailed.class);
  }

  @Test
  void result_outsideTheMemory_traps() {
    assertThat(
            worker.invoke(
                TestFunction.processor(guest(new WasmCode().i64Const(-1L << 32 | 1))), ""))
        .isInstanceOf(Outcome.Trapped.class);
  }

  @Test
  void httpRequest_isDenied() {
    assertThat(worker.invoke(TestFunction.processor(guest(asking(0))), ""))
        .isInstanceOf(Outcome.GuestFailed.class);
    assertThat(worker.invoke(TestFunction.processor(guest(asking(-1))), ""))
        .as("a pointer outside of the memory")
        .isInstanceOf(Outcome.Trapped.class);
  }

  private static WasmCode asking(int url) {
    return new WasmCode().i32Const(0).i32Const(url).i32Const(9).i32Const(0).i32Const(0).call(2);
  }

  private static WasmBuilder recording(int length, double value) {
    return guest(new WasmCode().i32Const(0).i32Const(length).f64Const(value).call(0).i64Const(0))
        .data(0, "a".repeat(2_000));
  }

  @Test
  void metric_granted_isRecorded() {
    worker.invoke(TestFunction.processor(recording(3, 1.5)), "");
    worker.invoke(TestFunction.processor(recording(3, 1.5)), "");

    assertThat(worker.metrics.recorded())
        .extracting(Recorded::function, Recorded::name, Recorded::count, Recorded::value)
        .containsExactly(
            tuple(new FunctionRef(new TenantId("acme"), new FunctionName("f")), "aaa", 2L, 3.0));
  }

  @Test
  void metric_notGrantedOrOdd_isNot() {
    worker.invoke(TestFunction.processor(recording(3, 1.5)).grants(), "");
    worker.invoke(TestFunction.processor(recording(0, 1)).version(2), "");
    worker.invoke(TestFunction.processor(recording(129, 1)).version(3), "");
    worker.invoke(TestFunction.processor(recording(2_000, 1)).version(4), "");
    worker.invoke(TestFunction.processor(recording(3, Double.NaN)).version(5), "");
    worker.invoke(TestFunction.processor(recording(3, Double.POSITIVE_INFINITY)).version(6), "");

    assertThat(worker.metrics.recorded()).isEmpty();
  }
}
