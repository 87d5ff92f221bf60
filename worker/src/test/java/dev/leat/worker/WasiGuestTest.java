package dev.leat.worker;

import static dev.leat.worker.TestWorker.body;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Outcome;
import dev.leat.engine.WasiFunctions;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.Seed;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class WasiGuestTest {
  private static final String WASI = "wasi_snapshot_preview1";
  private static final int TEXT = 8_192;

  private final TestWorker worker = new TestWorker();

  @AfterEach
  void everyInvocationIsOver() {
    worker.close();
    assertThat(worker.worker.runningInvocations()).isZero();
  }

  static WasmBuilder importing(String... functions) {
    WasmBuilder guest = new WasmBuilder();
    for (String function : functions) {
      guest.importFunction(
          WASI, function, java.util.Objects.requireNonNull(WasiFunctions.all().get(function)));
    }
    return guest.memory(2);
  }

  /** A command that writes this text to a stream and exits with a code. */
  private static WasmBuilder printing(int stream, byte[] text, int exitCode) {
    WasmCode start =
        new WasmCode()
            .i32Const(0)
            .i32Const(TEXT)
            .i32Store(0)
            .i32Const(4)
            .i32Const(text.length)
            .i32Store(0)
            .i32Const(stream)
            .i32Const(0)
            .i32Const(1)
            .i32Const(8)
            .call(0)
            .drop()
            .i32Const(exitCode)
            .call(1);
    return importing("fd_write", "proc_exit").export("_start", "()->", start).data(TEXT, text);
  }

  private static WasmBuilder printing(String text) {
    return printing(1, text.getBytes(StandardCharsets.ISO_8859_1), 0);
  }

  private Outcome run(WasmBuilder guest) {
    return worker.invoke(TestFunction.wasi(guest), "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "plain",
        "no: header end",
        "a b: c\n\nbody",
        "\n\nbody",
        "é: x\n\n",
        ": x\n\ny"
      })
  void output_thatStartsNoHeader_isAPlainBody(String output) {
    Outcome outcome = run(printing(output));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Responded.class,
            responded -> {
              assertThat(responded.body()).isEqualTo(output.getBytes(StandardCharsets.ISO_8859_1));
              assertThat(responded.headers())
                  .containsExactly(Map.entry("content-type", "text/plain; charset=utf-8"));
            });
  }

  @ParameterizedTest
  @CsvSource({
    "'Content-Type: text/html|X-A:  b |CR|body', 200",
    "'Status: 404 Not Found|Content-Type: text/html|X-A: b||body', 404",
    "'Location: /elsewhere|Content-Type: text/html|X-A: b||body', 302"
  })
  void output_withHeaders_isTakenApart(String output, int status) {
    String text = output.replace("|CR|", "\r\n\r\n").replace("|", "\n");

    Outcome.Responded responded = (Outcome.Responded) run(printing(text));

    assertThat(responded.status()).isEqualTo(status);
    assertThat(responded.headers())
        .contains(Map.entry("content-type", "text/html"), Map.entry("x-a", "b"));
    assertThat(body(responded)).isEqualTo("body");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Status: 99\n\n",
        "Status: 1000\n\n",
        "Status: abc\n\n",
        "Status: 100 Go\n\n",
        "x: a\u0001b\n\n"
      })
  void output_withBadHeaders_traps(String output) {
    assertThat(run(printing(output))).isInstanceOf(Outcome.Trapped.class);
  }

  @Test
  void output_headersOfTheConnection_areLeftOut() {
    Outcome.Responded responded =
        (Outcome.Responded) run(printing("Content-Length: 7\nConnection: close\nX: y\n\nbody"));

    assertThat(responded.headers()).containsExactly(Map.entry("x", "y"));
  }

  @Test
  void output_overTheLimit_isRefused() {
    byte[] within = "a".repeat(1_001).getBytes(StandardCharsets.US_ASCII);
    assertThat(run(printing(1, within, 0))).isInstanceOf(Outcome.ResponseTooLarge.class);

    byte[] beyond = "a".repeat(17_385).getBytes(StandardCharsets.US_ASCII);
    assertThat(run(printing(1, beyond, 0))).isInstanceOf(Outcome.Trapped.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 77, 255, -1})
  void exitCode_otherThanZero_isTheGuestsFailure(int code) {
    assertThat(run(printing(1, new byte[0], code)))
        .isInstanceOfSatisfying(
            Outcome.GuestFailed.class,
            failed ->
                assertThat(failed.message()).isEqualTo("The command exited with code " + code));
  }

  @Test
  void standardError_isLoggedByLines() {
    byte[] text = "one\n\ntwo\r\nthree".getBytes(StandardCharsets.US_ASCII);

    run(printing(2, text, 0));

    assertThat(worker.lines).containsExactly("WARN one", "WARN two\r", "WARN three");
  }

  @Test
  void standardError_ofAFailedCommand_isLoggedToItsEnd() {
    run(printing(2, "no newline".getBytes(StandardCharsets.US_ASCII), 3));

    assertThat(worker.lines).containsExactly("WARN no newline");
  }

  @Test
  void environment_isCgiWithoutCredentials() {
    WasmCode start =
        new WasmCode()
            .i32Const(64)
            .i32Const(1_024)
            .call(1)
            .drop()
            .i32Const(0)
            .i32Const(1_024)
            .i32Store(0)
            .i32Const(4)
            .i32Const(900)
            .i32Store(0)
            .i32Const(1)
            .i32Const(0)
            .i32Const(1)
            .i32Const(8)
            .call(0)
            .drop();
    HttpCall call =
        new HttpCall(
            "POST",
            "/path",
            "a=b",
            Headers.of(
                "Authorization", "Bearer secret",
                "proxy-authorization", "secret",
                "PROXY", "http://evil",
                "Content-Type", "text/x",
                "X-Thing", "thing"),
            new byte[3]);

    String environment =
        body(
            worker.invoke(
                TestFunction.wasi(
                    importing("fd_write", "environ_get").export("_start", "()->", start)),
                call));

    assertThat(environment.split("\0", -1))
        .contains(
            "GATEWAY_INTERFACE=CGI/1.1",
            "REQUEST_METHOD=POST",
            "PATH_INFO=/path",
            "QUERY_STRING=a=b",
            "CONTENT_LENGTH=3",
            "CONTENT_TYPE=text/x",
            "HTTP_X_THING=thing")
        .noneMatch(variable -> variable.contains("secret") || variable.startsWith("HTTP_PROXY"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"RESET", "SHARED", "FRESH"})
  void state_isNeverKept(Reuse reuse) {
    WasmCode start =
        new WasmCode()
            .i32Const(TEXT)
            .i32Const(TEXT)
            .i32Load8Unsigned(0)
            .i32Const(1)
            .i32Add()
            .i32Store8(0)
            .i32Const(0)
            .i32Const(TEXT)
            .i32Store(0)
            .i32Const(4)
            .i32Const(1)
            .i32Store(0)
            .i32Const(1)
            .i32Const(0)
            .i32Const(1)
            .i32Const(8)
            .call(0)
            .drop();
    TestFunction function =
        TestFunction.wasi(importing("fd_write").export("_start", "()->", start).data(TEXT, "a"))
            .instances(0, 1, reuse);

    for (int i = 0; i < 4; i++) {
      assertThat(body(worker.invoke(function, ""))).isEqualTo("b");
    }
  }

  /** Chicory's own host allocated by such lengths; a length of 2 GiB and more is no memory's. */
  @ParameterizedTest
  @CsvSource({
    "fd_write, 1, -1, 1, 28",
    "fd_write, 1, -2147483648, 1, 28",
    "fd_write, 2, -65536, 1, 28",
    "fd_write, 1, 1, -1, 28",
    "fd_write, 1, 1, 1025, 28",
    "fd_read, 0, 1, -1, 28",
    "fd_read, 0, 1, -2147483648, 28",
    "fd_read, 0, -1, 1, 0" // as much as there is
  })
  void vectors_ofNegativeLength_areRefusedOrHoldWhatThereIs(
      String function, int stream, int length, int vectors, int errno) {
    WasmCode start =
        new WasmCode()
            .i32Const(0)
            .i32Const(TEXT)
            .i32Store(0)
            .i32Const(4)
            .i32Const(length)
            .i32Store(0)
            .i32Const(stream)
            .i32Const(0)
            .i32Const(vectors)
            .i32Const(8)
            .call(0)
            .call(1);
    WasmBuilder guest = importing(function, "proc_exit").export("_start", "()->", start);

    Outcome outcome = worker.invoke(TestFunction.wasi(guest), "input");

    if (errno == 0) {
      assertThat(outcome).isInstanceOf(Outcome.Responded.class);
    } else {
      assertThat(outcome)
          .isInstanceOfSatisfying(
              Outcome.GuestFailed.class,
              failed -> assertThat(failed.message()).endsWith("code " + errno));
    }
  }

  // ---- Every function with hostile arguments ----

  private static final Set<String> OFFERED =
      Set.of(
          "args_get",
          "args_sizes_get",
          "environ_get",
          "environ_sizes_get",
          "clock_res_get",
          "clock_time_get",
          "fd_close",
          "fd_fdstat_get",
          "fd_fdstat_set_flags",
          "fd_filestat_get",
          "fd_read",
          "fd_write",
          "poll_oneoff",
          "proc_exit",
          "random_get",
          "sched_yield");

  @Test
  void everyFunction_withHostileArguments_answersOrTraps() {
    Seed seed = Seed.orElse(17);
    Random random = seed.random();
    for (Map.Entry<String, String> function : new TreeMap<>(WasiFunctions.all()).entrySet()) {
      for (int round = 0; round < 8; round++) {
        WasmBuilder guest = calling(function.getKey(), function.getValue(), random);

        Outcome outcome =
            worker.invoke(
                TestFunction.wasi(guest).fuel(20_000_000).instances(0, 1, Reuse.FRESH), "input");

        String what = function.getKey() + ", " + seed;
        assertThat(outcome)
            .as(what)
            .isInstanceOfAny(
                Outcome.GuestFailed.class,
                Outcome.Responded.class,
                Outcome.Trapped.class,
                Outcome.FuelExhausted.class);
        if (!OFFERED.contains(function.getKey())) {
          assertThat(outcome)
              .as(what)
              .isInstanceOfSatisfying(
                  Outcome.GuestFailed.class,
                  failed -> assertThat(failed.message()).matches(".*code (8|28|52|54|57|70)"));
        }
      }
    }
  }

  /** Calls the function with odd arguments and exits with its answer. */
  private static WasmBuilder calling(String name, String signature, Random random) {
    WasmCode start = new WasmCode();
    String parameters = signature.substring(1, signature.indexOf(')'));
    for (String type : parameters.isEmpty() ? new String[0] : parameters.split(",", -1)) {
      if (type.equals("i64")) {
        start.i64Const(random.nextLong());
      } else {
        start.i32Const(odd(random));
      }
    }
    boolean answers = !signature.endsWith("->");
    start.call(0);
    if (answers) {
      start.call(1);
    }
    byte[] noise = new byte[3_000];
    random.nextBytes(noise);
    return importing(name, "proc_exit").export("_start", "()->", start).data(0, noise);
  }

  private static int odd(Random random) {
    int[] odd = {
      0,
      1,
      2,
      3,
      4,
      8,
      100,
      1_024,
      1_025,
      65_535,
      65_536,
      131_064,
      131_071,
      131_072,
      131_073,
      -1,
      -4,
      -8,
      Integer.MAX_VALUE,
      Integer.MIN_VALUE,
      Integer.MAX_VALUE - 3
    };
    return random.nextInt(4) == 0 ? random.nextInt() : odd[random.nextInt(odd.length)];
  }

  @ParameterizedTest
  @CsvSource({
    "fd_filestat_get, 1, 0",
    "fd_filestat_get, 3, 8",
    "fd_pread, 0, 70",
    "fd_pwrite, 1, 70",
    "fd_pread, 3, 8",
    "fd_seek, 1, 70",
    "fd_prestat_get, 0, 8",
    "fd_prestat_get, 3, 8",
    "fd_readdir, 0, 8",
    "path_open, 0, 54",
    "path_open, 3, 8",
    "path_unlink_file, 2, 54",
    "sock_recv, 0, 57",
    "sock_recv, 5, 8"
  })
  void function_ofFiles_answersTheErrnoOfStreams(String function, int descriptor, int errno) {
    String signature = java.util.Objects.requireNonNull(WasiFunctions.all().get(function));
    WasmCode start = new WasmCode().i32Const(descriptor);
    for (String type : signature.substring(5, signature.indexOf(')')).split(",", -1)) {
      if (type.equals("i64")) {
        start.i64Const(64);
      } else {
        start.i32Const(64);
      }
    }

    Outcome outcome =
        run(
            importing(function, "proc_exit")
                .export("_start", "()->", start.call(0).i32Const(100).i32Add().call(1)));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.GuestFailed.class,
            failed -> assertThat(failed.message()).endsWith("code " + (100 + errno)));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0", // the time of day
    "0, 1, 0", // the monotonic clock
    "0, 4, 28", // no clock
    "1, 0, 0", // a stream to read
    "1, 3, 8", // no stream
    "2, 1, 0",
    "2, -1, 8"
  })
  void poll_saysWhatIsWrongWithASubscription(int type, int source, int errno) {
    WasmCode start =
        new WasmCode()
            .i32Const(8)
            .i32Const(type)
            .i32Store8(0)
            .i32Const(16)
            .i32Const(source)
            .i32Store(0)
            .i32Const(0)
            .i32Const(256)
            .i32Const(1)
            .i32Const(512)
            .call(0)
            .drop()
            .i32Const(256)
            .i32Load8Unsigned(8)
            .i32Const(512)
            .i32Load(0) // one event
            .i32Const(100)
            .i32Add()
            .i32Add()
            .call(1);

    Outcome outcome = run(importing("poll_oneoff", "proc_exit").export("_start", "()->", start));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.GuestFailed.class,
            failed -> assertThat(failed.message()).endsWith("code " + (101 + errno)));
  }

  @Test
  void poll_ofAnUnknownKind_isInvalid() {
    WasmCode start =
        new WasmCode()
            .i32Const(8)
            .i32Const(3)
            .i32Store8(0)
            .i32Const(0)
            .i32Const(256)
            .i32Const(1)
            .i32Const(512)
            .call(0)
            .call(1);

    assertThat(run(importing("poll_oneoff", "proc_exit").export("_start", "()->", start)))
        .isInstanceOfSatisfying(
            Outcome.GuestFailed.class, failed -> assertThat(failed.message()).endsWith("code 28"));
  }

  @Test
  void monotonicClock_doesNotStepWithTheTimeOfDay() {
    TestFunction function =
        TestFunction.wasi(
            importing("clock_time_get", "fd_write")
                .export(
                    "_start",
                    "()->",
                    new WasmCode()
                        .i32Const(1)
                        .i64Const(0)
                        .i32Const(TEXT)
                        .call(0)
                        .drop()
                        .i32Const(0)
                        .i32Const(TEXT)
                        .i32Store(0)
                        .i32Const(4)
                        .i32Const(8)
                        .i32Store(0)
                        .i32Const(1)
                        .i32Const(0)
                        .i32Const(1)
                        .i32Const(8)
                        .call(1)
                        .drop()));

    long before = nanos(worker.invoke(function, ""));
    worker.clock.advance(Duration.ofHours(-1));
    long after = nanos(worker.invoke(function, ""));

    assertThat(after - before).isBetween(0L, Duration.ofMinutes(10).toNanos());
  }

  private static long nanos(Outcome outcome) {
    return ByteBuffer.wrap(((Outcome.Responded) outcome).body())
        .order(ByteOrder.LITTLE_ENDIAN)
        .getLong();
  }

  /** A command that sleeps for an hour by a relative clock. */
  private static WasmBuilder sleeping() {
    return importing("poll_oneoff").export("_start", "()->", sleep());
  }

  /** Sleeps for an hour by {@code poll_oneoff}, the function of number 0. */
  static WasmCode sleep() {
    return new WasmCode()
        .i32Const(24)
        .i64Const(Duration.ofHours(1).toNanos())
        .i64Store(0)
        .i32Const(0)
        .i32Const(256)
        .i32Const(1)
        .i32Const(512)
        .call(0)
        .drop();
  }

  @Test
  void sleep_endsWithTheDeadline() {
    Outcome outcome = // within this class's time, where it sleeps for an hour
        worker.invoke(TestFunction.wasi(sleeping()).timeout(Duration.ofMillis(200)), "");

    assertThat(outcome).isInstanceOf(Outcome.TimedOut.class);
    assertThat(outcome.usage().cpuNanos())
        .as("it sleeps at nobody's expense")
        .isBetween(1L, outcome.usage().execNanos() / 2);
  }

  @Test
  void sleep_endsWhenCancelled() {
    Cancellation cancellation = new Cancellation();
    CompletableFuture<Outcome> call =
        worker.start(
            worker.publish(TestFunction.wasi(sleeping()).timeout(Duration.ofMinutes(1))),
            cancellation);
    Eventually.holds("it runs", () -> worker.worker.runningInvocations() == 1);

    cancellation.cancel();

    assertThat(TestWorker.ending(call)).isInstanceOf(Outcome.Cancelled.class);
  }

  @Test
  void sleep_costsFuel() {
    assertThat(worker.invoke(TestFunction.wasi(sleeping()).fuel(5_000_000), ""))
        .isInstanceOf(Outcome.FuelExhausted.class);
  }

  @Test
  void largeWritesAndRandoms_costFuel() {
    WasmCode random =
        new WasmCode().loop().i32Const(0).i32Const(131_072).call(0).drop().br(0).end();
    assertThat(
            worker.invoke(
                TestFunction.wasi(importing("random_get").export("_start", "()->", random))
                    .fuel(100_000_000),
                ""))
        .isInstanceOf(Outcome.FuelExhausted.class);

    WasmCode write =
        new WasmCode()
            .i32Const(4)
            .i32Const(131_072)
            .i32Store(0)
            .loop()
            .i32Const(2)
            .i32Const(0)
            .i32Const(1)
            .i32Const(8)
            .call(0)
            .drop()
            .br(0)
            .end();
    assertThat(
            worker.invoke(
                TestFunction.wasi(importing("fd_write").export("_start", "()->", write))
                    .fuel(100_000_000),
                ""))
        .isInstanceOf(Outcome.FuelExhausted.class);
  }
}
