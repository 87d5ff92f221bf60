package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Grant;
import dev.leat.contract.Outcome;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The configuration, key by key. */
@Timeout(60)
final class ConfigTest {
  private static final String CONFIG =
      "{\"a\":1,\"price\":0.10000000000000000001,\"text\":\"x\\\"y\",\"list\":[1,{\"b\":null}],"
          + "\"caf\u00e9\":true,\"\":false,\"big\":12345678901234567890}";

  /** Where the value is written, behind the four bytes of the result. */
  private static final int VALUE = 1_024;

  private final TestWorker worker = new TestWorker();

  @AfterEach
  void everyInvocationIsOver() {
    worker.close();
    assertThat(worker.worker.runningInvocations()).isZero();
  }

  /** Answers with the result of config_get for the body, and what was written of so much room. */
  private static TestFunction getter(int capacity) {
    return TestFunction.handler(
            new WasmBuilder()
                .importFunction("leat", "config_get", "(i32,i32,i32,i32)->i32")
                .memory(1)
                .export("allocate", "(i32)->i32", new WasmCode().i32Const(4_096))
                .export(
                    "handle",
                    "(i32,i32)->i64",
                    new WasmCode()
                        .i32Const(VALUE - 4)
                        .localGet(0)
                        .localGet(1)
                        .i32Const(VALUE)
                        .i32Const(capacity)
                        .call(0)
                        .i32Store(0)
                        .i64Const((long) (VALUE - 4) << 32 | 104)))
        .config(CONFIG);
  }

  private static int result(Outcome outcome) {
    byte[] body = ((Outcome.Responded) outcome).body();
    return (body[0] & 0xff) | (body[1] & 0xff) << 8 | (body[2] & 0xff) << 16 | body[3] << 24;
  }

  private static String written(Outcome outcome, int length) {
    byte[] body = ((Outcome.Responded) outcome).body();
    return new String(Arrays.copyOfRange(body, 4, 4 + length), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "a | 1",
        "price | 0.10000000000000000001",
        "text | '\"x\\\"y\"'",
        "list | '[1,{\"b\":null}]'",
        "caf\u00e9 | true",
        "'' | false",
        "big | 12345678901234567890"
      })
  void value_isItsJson_exactly(String key, String json) {
    Outcome outcome = worker.invoke(getter(100), key);

    assertThat(result(outcome)).isEqualTo(json.length());
    assertThat(written(outcome, json.length())).isEqualTo(json);
  }

  @Test
  void tooLittleRoom_getsTheBeginning_andTheLengthNeeded() {
    Outcome outcome = worker.invoke(getter(3), "list");

    assertThat(result(outcome)).isEqualTo("[1,{\"b\":null}]".length());
    assertThat(written(outcome, 4)).isEqualTo("[1,\0");
    assertThat(result(worker.invoke(getter(0), "a"))).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"b", "A", "a ", "list.b", "a\0"})
  void noSuchKey_isAbsent(String key) {
    assertThat(result(worker.invoke(getter(100), key))).isEqualTo(-1);
  }

  @Test
  void notGranted_isDenied_whateverTheKey() {
    TestFunction function = getter(100).grants(new Grant.Logging());

    assertThat(result(worker.invoke(function, "a"))).isEqualTo(-2);
    assertThat(result(worker.invoke(function, "b"))).isEqualTo(-2);
    assertThat(worker.denied).containsExactly("acme/f config a", "acme/f config b");
  }

  @Test
  void permission_isByKey() {
    TestFunction function = getter(100);
    worker.permissions.set(function, "config=p*");

    assertThat(result(worker.invoke(function, "price"))).isEqualTo(22);
    assertThat(result(worker.invoke(function, "a"))).isEqualTo(-2);
    assertThat(result(worker.invoke(function, "b"))).as("nor what there is not").isEqualTo(-2);
    assertThat(result(worker.invoke(function, "x".repeat(20_000)))).isEqualTo(-2);
  }

  /** Answers with the keys, of which there is room for so much. */
  private static TestFunction lister() {
    return TestFunction.processor(
            new WasmBuilder()
                .importFunction("leat", "config_keys", "(i32,i32)->i32")
                .memory(1)
                .export("allocate", "(i32)->i32", new WasmCode().i32Const(4_096))
                .export("free", "(i32,i32)->", new WasmCode())
                .export(
                    "process_event",
                    "(i32,i32)->i64",
                    new WasmCode()
                        .i64Const((long) VALUE << 32)
                        .i32Const(VALUE)
                        .i32Const(500)
                        .call(0)
                        .i64ExtendUnsigned()
                        .i64Or()))
        .config(CONFIG);
  }

  @Test
  void keys_areThoseThatAreAllowed() {
    TestFunction function = lister();
    assertThat(TestWorker.body(worker.invoke(function, "")))
        .isEqualTo("[\"a\",\"price\",\"text\",\"list\",\"caf\u00e9\",\"\",\"big\"]");

    worker.permissions.set(function, "config=*i*");
    assertThat(TestWorker.body(worker.invoke(function, "")))
        .isEqualTo("[\"price\",\"list\",\"big\"]");
    assertThat(worker.denied).as("what is only listed is not denied").isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"70000, 1, 0, 0", "0, 70000, 0, 0", "-4, 8, 0, 0", "0, 1, 65530, 100", "0, 1, -1, 9"})
  void pointersOutsideTheMemory_trap(int name, int length, int buffer, int capacity) {
    TestFunction function =
        TestFunction.handler(
                new WasmBuilder()
                    .importFunction("leat", "config_get", "(i32,i32,i32,i32)->i32")
                    .memory(1)
                    .data(0, "text")
                    .export("allocate", "(i32)->i32", new WasmCode().i32Const(4_096))
                    .export(
                        "handle",
                        "(i32,i32)->i64",
                        new WasmCode()
                            .i32Const(name)
                            .i32Const(length)
                            .i32Const(buffer)
                            .i32Const(capacity)
                            .call(0)
                            .drop()
                            .i64Const(0)))
            .config("{\"t\":\"" + "x".repeat(200) + "\",\"\":1}");

    assertThat(worker.invoke(function, "")).isInstanceOf(Outcome.Trapped.class);
  }
}
