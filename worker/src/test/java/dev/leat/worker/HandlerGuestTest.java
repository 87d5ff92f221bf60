package dev.leat.worker;

import static dev.leat.worker.TestWorker.body;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class HandlerGuestTest {
  private static final int PAGE = 65_536;
  private static final int INPUT = 4_096;

  private final TestWorker worker = new TestWorker();

  @AfterEach
  void everyInvocationIsOver() {
    worker.close();
    assertThat(worker.worker.runningInvocations()).isZero();
  }

  /** A guest with the host's functions as functions 0 to 7, whose memory is one page. */
  private static WasmBuilder guest() {
    return new WasmBuilder()
        .importFunction("leat", "request_method", "(i32,i32)->i32")
        .importFunction("leat", "request_path", "(i32,i32)->i32")
        .importFunction("leat", "request_query", "(i32,i32)->i32")
        .importFunction("leat", "request_header", "(i32,i32,i32,i32)->i32")
        .importFunction("leat", "response_status", "(i32)->")
        .importFunction("leat", "response_header", "(i32,i32,i32,i32)->")
        .importFunction("leat", "log", "(i32,i32,i32)->")
        .importFunction("leat", "fail", "(i32,i32)->")
        .memory(1, 1);
  }

  private static WasmBuilder guest(WasmCode handle) {
    return guest()
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(INPUT))
        .export("handle", "(i32,i32)->i64", handle);
  }

  private static WasmCode responds(WasmCode code, int pointer, int length) {
    return code.i64Const((long) pointer << 32 | length & 0xffff_ffffL);
  }

  private Outcome run(WasmBuilder guest) {
    return worker.invoke(TestFunction.handler(guest), "input");
  }

  @Test
  void body_goesInAndOut() {
    assertThat(body(run(guest(responds(new WasmCode(), INPUT, 5))))).isEqualTo("input");
  }

  @ParameterizedTest
  @CsvSource({"65536, 1", "65535, 2", "1, 65536", "-1, 1", "-1, 0", "-2147483648, 5", "65537, 0"})
  void result_outsideTheMemory_traps(int pointer, int length) {
    TestFunction function =
        TestFunction.handler(guest(responds(new WasmCode(), pointer, length))).response(1 << 20);

    assertThat(worker.invoke(function, "")).isInstanceOf(Outcome.Trapped.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1_001, PAGE, Integer.MAX_VALUE, Integer.MIN_VALUE, -2})
  void result_longerThanTheLimit_isTooLarge(int length) {
    Outcome outcome = run(guest(responds(new WasmCode(), 0, length)));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.ResponseTooLarge.class,
            tooLarge -> {
              assertThat(tooLarge.bytes()).isEqualTo(Integer.toUnsignedLong(length));
              assertThat(tooLarge.limitBytes()).isEqualTo(1_000);
            });
  }

  /** As AssemblyScript's modules do, whose top-level code is their start function. */
  @Test
  void startFunction_mayCallTheHost() {
    WasmBuilder guest =
        guest(responds(new WasmCode(), INPUT, 5))
            .function("()->", new WasmCode().i32Const(1).i32Const(0).i32Const(5).call(6))
            .start(10)
            .data(0, "hello");

    assertThat(body(run(guest))).isEqualTo("input");
    assertThat(worker.lines).containsExactly("INFO hello");
  }

  @Test
  void minusOne_isTheGuestsFailure() {
    assertThat(run(guest(new WasmCode().i64Const(-1))))
        .isInstanceOfSatisfying(
            Outcome.GuestFailed.class,
            failed -> assertThat(failed.message()).contains("without a message"));
  }

  @Test
  void fail_saysWhy() {
    WasmCode handle = new WasmCode().i32Const(0).i32Const(7).call(7).i64Const(-1);

    assertThat(run(guest(handle).data(0, "no luck")))
        .isInstanceOfSatisfying(
            Outcome.GuestFailed.class, failed -> assertThat(failed.message()).isEqualTo("no luck"));
  }

  @Test
  void fail_beforeATrap_isToldWithIt() {
    WasmCode handle = new WasmCode().i32Const(0).i32Const(7).call(7).unreachable();

    assertThat(run(guest(handle).data(0, "no luck")))
        .isInstanceOfSatisfying(
            Outcome.Trapped.class,
            trapped -> assertThat(trapped.reason()).endsWith(", after it said: no luck"));
  }

  @Test
  void fail_longMessage_isCut() {
    WasmCode handle = new WasmCode().i32Const(0).i32Const(PAGE).call(7).i64Const(-1);

    assertThat(run(guest(handle)))
        .isInstanceOfSatisfying(
            Outcome.GuestFailed.class, failed -> assertThat(failed.message()).hasSize(8_192));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, PAGE - 4, PAGE, -1, Integer.MIN_VALUE})
  void allocate_badPointer_traps(int pointer) {
    WasmBuilder guest =
        guest()
            .export("allocate", "(i32)->i32", new WasmCode().i32Const(pointer))
            .export("handle", "(i32,i32)->i64", new WasmCode().i64Const(0));

    assertThat(run(guest)).isInstanceOf(Outcome.Trapped.class);
  }

  @Test
  void request_isShownToTheGuest() {
    int out = 10_000;
    WasmCode handle = new WasmCode();
    handle.i32Const(out).i32Const(100).call(0).drop();
    handle.i32Const(out + 10).i32Const(100).call(1).drop();
    handle.i32Const(out + 20).i32Const(5).call(2).drop(); // too small: cut
    handle.i32Const(0).i32Const(3).i32Const(out + 30).i32Const(100).call(3).drop();
    HttpCall call = new HttpCall("PUT", "/a%20b", "q=12345", Headers.of("X-A", "é"), new byte[0]);

    Outcome outcome =
        worker.invoke(TestFunction.handler(guest(responds(handle, out, 32)).data(0, "x-a")), call);

    assertThat(body(outcome))
        .startsWith("PUT\0")
        .contains("/a%20b\0")
        .contains("q=123\0")
        .endsWith("é");
  }

  @Test
  void request_withoutQueryOrHeader_isShownAsSuch() {
    WasmCode handle = new WasmCode();
    handle.i32Const(0).i32Const(0).i32Const(9).call(2).i32Store(100);
    handle = new WasmCode();
    handle.i32Const(100).i32Const(0).i32Const(9).call(2).i32Store(0);
    handle.i32Const(104).i32Const(0).i32Const(3).i32Const(0).i32Const(9).call(3).i32Store(0);

    Outcome outcome = run(guest(responds(handle, 100, 8)));

    assertThat(((Outcome.Responded) outcome).body())
        .containsExactly(0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 204, 404, 503, 599})
  void status_inRange_isAnswered(int status) {
    WasmCode handle = responds(new WasmCode().i32Const(status).call(4), 0, 0);

    assertThat(((Outcome.Responded) run(guest(handle))).status()).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 101, 199, 600, 999, -1, Integer.MIN_VALUE})
  void status_outOfRange_traps(int status) {
    WasmCode handle = responds(new WasmCode().i32Const(status).call(4), 0, 0);

    assertThat(run(guest(handle))).isInstanceOf(Outcome.Trapped.class);
  }

  private Outcome withHeader(String name, String value) {
    byte[] n = name.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    byte[] v = value.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    WasmCode handle =
        new WasmCode().i32Const(0).i32Const(n.length).i32Const(20_000).i32Const(v.length).call(5);
    return run(guest(responds(handle, 0, 0)).data(0, n).data(20_000, v));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "Content-Type, text/html",
        "x-a, `tab\there`",
        "x-b, é",
        "!#$%&'*+-.^_`|~, x",
        "x-c, ``"
      },
      ignoreLeadingAndTrailingWhitespace = true)
  void header_good_isKept(String name, String value) {
    assertThat(((Outcome.Responded) withHeader(name, value)).headers())
        .containsExactly(Map.entry(name, value));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a:b", "a\r\nb", "é", "a\0", "a\n", "(a)"})
  void header_nameNotAToken_traps(String name) {
    assertThat(withHeader(name, "x")).isInstanceOf(Outcome.Trapped.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\r\nSet-Cookie: b",
        "a\nb",
        "a\r",
        "\0",
        "\u007f",
        "\u0085",
        "\u0100",
        "\ud83d\ude00"
      })
  void header_valueThatSplitsOrIsNotLatin1_traps(String value) {
    assertThat(withHeader("x-a", value)).isInstanceOf(Outcome.Trapped.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection",
        "content-length",
        "Transfer-Encoding",
        "keep-alive",
        "Upgrade",
        "TE",
        "Trailer",
        "Proxy-Connection"
      })
  void header_ofTheConnection_isLeftOut(String name) {
    assertThat(((Outcome.Responded) withHeader(name, "x")).headers()).isEmpty();
  }

  @Test
  void header_tooLong_traps() {
    assertThat(withHeader("x-a", "é".repeat(16_385))).isInstanceOf(Outcome.Trapped.class);
    assertThat(withHeader("a".repeat(16_385), "")).isInstanceOf(Outcome.Trapped.class);
    assertThat(withHeader("x-a", "a".repeat(16_381))).isInstanceOf(Outcome.Responded.class);
    assertThat(withHeader("x-a", "a".repeat(16_382))).isInstanceOf(Outcome.Trapped.class);
  }

  @Test
  void headers_tooMany_trap() {
    WasmCode once = new WasmCode();
    for (int i = 0; i < 64; i++) {
      once.i32Const(0).i32Const(1).i32Const(0).i32Const(1).call(5);
    }
    assertThat(((Outcome.Responded) run(guest(responds(once, 0, 0)).data(0, "x"))).headers())
        .hasSize(64);

    WasmCode more = new WasmCode();
    for (int i = 0; i < 65; i++) {
      more.i32Const(0).i32Const(1).i32Const(0).i32Const(1).call(5);
    }
    assertThat(run(guest(responds(more, 0, 0)).data(0, "x"))).isInstanceOf(Outcome.Trapped.class);
  }

  @ParameterizedTest
  @CsvSource({"65536, 1", "-1, 1", "0, 65537", "0, -1", "65535, 2147483647", "-1, -1"})
  void hostCall_withAPointerOutsideTheMemory_traps(int pointer, int length) {
    WasmCode log = new WasmCode().i32Const(1).i32Const(pointer).i32Const(length).call(6);
    WasmCode fail = new WasmCode().i32Const(pointer).i32Const(length).call(7);
    WasmCode name =
        new WasmCode().i32Const(pointer).i32Const(length).i32Const(0).i32Const(1).call(3).drop();
    WasmCode header =
        new WasmCode().i32Const(0).i32Const(1).i32Const(pointer).i32Const(length).call(5);
    for (WasmCode code : new WasmCode[] {log, fail, name, header}) {
      assertThat(run(guest(responds(code, 0, 0)).data(0, "x"))).isInstanceOf(Outcome.Trapped.class);
    }
    assertThat(worker.lines).isEmpty();
  }

  @Test
  void log_granted_isKeptAndCut() {
    WasmCode handle =
        new WasmCode()
            .i32Const(3)
            .i32Const(0)
            .i32Const(5)
            .call(6)
            .i32Const(77)
            .i32Const(0)
            .i32Const(PAGE)
            .call(6);

    run(guest(responds(handle, 0, 0)).data(0, "hello"));

    assertThat(worker.lines.getFirst()).isEqualTo("ERROR hello");
    assertThat(worker.lines.getLast()).startsWith("INFO hello").hasSize("INFO ".length() + 8_192);
  }

  @Test
  void log_notGranted_isNot() {
    WasmCode handle = new WasmCode().i32Const(3).i32Const(0).i32Const(5).call(6);

    Outcome outcome =
        worker.invoke(TestFunction.handler(guest(responds(handle, 0, 0))).grants(), "");

    assertThat(outcome).isInstanceOf(Outcome.Responded.class);
    assertThat(worker.lines).isEmpty();
  }

  @Test
  void log_flood_isBounded() {
    WasmCode handle =
        new WasmCode()
            .loop()
            .i32Const(1)
            .i32Const(0)
            .i32Const(1)
            .call(6)
            .i32Const(0)
            .i32Const(0)
            .i32Load(0)
            .i32Const(1)
            .i32Add()
            .i32Store(0)
            .i32Const(0)
            .i32Load(0)
            .i32Const(5_000)
            .op(0x48)
            .brIf(0)
            .end();

    Outcome outcome = run(guest(responds(handle, 0, 0)));

    assertThat(outcome).isInstanceOf(Outcome.Responded.class);
    assertThat(worker.lines).hasSize(1_001);
    assertThat(worker.lines.getLast()).contains("left out");
  }

  /** Host work is paid for: none of these loops may run much longer than its fuel allows. */
  @Test
  void endlessHostCalls_areStoppedByFuelSoon() {
    WasmCode log = new WasmCode().i32Const(1).i32Const(0).i32Const(PAGE).call(6);
    WasmCode fail = new WasmCode().i32Const(0).i32Const(PAGE).call(7);
    WasmCode name =
        new WasmCode().i32Const(0).i32Const(PAGE).i32Const(0).i32Const(0).call(3).drop();
    WasmCode query = new WasmCode().i32Const(0).i32Const(0).call(2).drop();
    HttpCall call = new HttpCall("GET", "", "q".repeat(8_000), Headers.NONE, new byte[0]);
    for (WasmCode code : new WasmCode[] {log, fail, name, query}) {
      WasmBuilder guest = guest(new WasmCode().loop().op(raw(code)).br(0).end().i64Const(0));
      long started = System.nanoTime();

      assertThat(worker.invoke(TestFunction.handler(guest).fuel(50_000_000), call))
          .isInstanceOf(Outcome.FuelExhausted.class);

      assertThat(System.nanoTime() - started).isLessThan(30_000_000_000L);
    }
  }

  /** The instructions as bytes: what follows the size, the locals' count, up to the end. */
  private static int[] raw(WasmCode code) {
    byte[] module = new WasmBuilder().function("()->", code).build();
    int start = 8 + 6 + 4 + 5; // header, type section, function section, the code's head
    int[] bytes = new int[module.length - 1 - start];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = module[start + i] & 0xff;
    }
    return bytes;
  }

  // ---- init ----

  /** Remembers the configuration's length and first byte, and answers them. */
  private static WasmBuilder remembering() {
    return guest(responds(new WasmCode(), 0, 8))
        .export(
            "init",
            "(i32,i32)->i32",
            new WasmCode()
                .i32Const(0)
                .localGet(1)
                .i32Store(0)
                .i32Const(4)
                .localGet(0)
                .i32Load(1)
                .i32Store(0)
                .i32Const(1));
  }

  @Test
  void init_getsTheConfigIfGranted() {
    TestFunction function = TestFunction.handler(remembering()).config("{\"a\":1}");

    assertThat(body(worker.invoke(function, ""))).isEqualTo("\7\0\0\0\"a\":");
    assertThat(
            body(
                worker.invoke(
                    function.version(2).grants(new Grant.Logging(), new Grant.Metrics()), "")))
        .startsWith("\2\0\0\0}");
  }

  @Test
  void init_thatRefuses_isUnrunnable() {
    WasmBuilder guest =
        guest(new WasmCode().i64Const(0))
            .export("init", "(i32,i32)->i32", new WasmCode().i32Const(0));

    assertThat(run(guest))
        .isInstanceOfSatisfying(
            Outcome.Unrunnable.class,
            unrunnable ->
                assertThat(unrunnable.reason()).contains("init refused its configuration"));
  }

  @Test
  void init_endless_isUnrunnable() {
    WasmBuilder guest =
        guest(new WasmCode().i64Const(0))
            .export("init", "(i32,i32)->i32", new WasmCode().loop().br(0).end().i32Const(1));

    assertThat(worker.invoke(TestFunction.handler(guest).fuel(1_000_000), ""))
        .isInstanceOfSatisfying(
            Outcome.Unrunnable.class,
            unrunnable -> assertThat(unrunnable.reason()).contains("fuel"));
  }

  // ---- State between calls ----

  private static WasmBuilder counting() {
    WasmCode handle =
        new WasmCode()
            .globalGet(0)
            .i32Const(1)
            .i32Add()
            .globalSet(0)
            .i32Const(0)
            .i32Const(0)
            .i32Load(0)
            .globalGet(0)
            .i32Add()
            .i32Store(0);
    return guest(responds(handle, 0, 4)).globalI32(true, 0);
  }

  @ParameterizedTest
  @CsvSource({"RESET, 1, RESET", "FRESH, 1, COLD", "SHARED, 15, RESET"})
  void state_afterFiveCalls(Reuse reuse, int last, Usage.Acquire acquire) {
    FunctionVersion version =
        worker.publish(TestFunction.handler(counting()).instances(0, 1, reuse));
    Outcome outcome = worker.invoke(version, new byte[0]);
    long fuel = outcome.usage().fuel();
    assertThat(outcome.usage().acquire()).isEqualTo(Usage.Acquire.COLD);

    for (int i = 1; i < 5; i++) {
      outcome = worker.invoke(version, new byte[0]);
      assertThat(outcome.usage().fuel()).isEqualTo(fuel);
    }

    assertThat(((Outcome.Responded) outcome).body()[0]).isEqualTo((byte) last);
    assertThat(outcome.usage().acquire()).isEqualTo(acquire);
  }

  @Test
  void shared_afterATrap_startsAnew() {
    WasmCode handle =
        new WasmCode()
            .globalGet(0)
            .i32Const(1)
            .i32Add()
            .globalSet(0)
            .globalGet(0)
            .i32Const(3)
            .op(0x46)
            .ifTrue()
            .unreachable()
            .end()
            .i32Const(0)
            .globalGet(0)
            .i32Store(0);
    FunctionVersion version =
        worker.publish(
            TestFunction.handler(guest(responds(handle, 0, 1)).globalI32(true, 0))
                .instances(0, 1, Reuse.SHARED));

    assertThat(body(worker.invoke(version, new byte[0]))).isEqualTo("\1");
    assertThat(body(worker.invoke(version, new byte[0]))).isEqualTo("\2");
    assertThat(worker.invoke(version, new byte[0])).isInstanceOf(Outcome.Trapped.class);
    assertThat(body(worker.invoke(version, new byte[0]))).isEqualTo("\1");
  }

  @Test
  void memoryThatCannotGrow_isMemoryExceeded() {
    WasmCode handle = new WasmCode().i32Const(1_000).memoryGrow().drop().unreachable();

    assertThat(run(guest(handle.i64Const(0)))).isInstanceOf(Outcome.MemoryExceeded.class);
  }
}
