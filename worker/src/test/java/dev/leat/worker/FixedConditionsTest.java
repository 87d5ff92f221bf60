package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.engine.WasiFunctions;
import dev.leat.testkit.Seed;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** Guests of every contract see of time and randomness what their invocation fixes. */
@Timeout(120)
final class FixedConditionsTest {
  private static final Instant TIME = Instant.parse("2031-05-06T07:08:09.000000010Z");
  private static final FixedConditions FIXED = new FixedConditions(TIME, "a seed");

  private static final int SUBSCRIPTION = 0;
  private static final int EVENT = 256;
  private static final int COUNT = 512;
  private static final int NOW = 1_024;
  private static final int BEFORE = 1_032;
  private static final int OUTPUT = 16_384;

  /** Two nodes: what is equal on both is so everywhere. */
  private final List<TestWorker> workers = List.of(new TestWorker(), new TestWorker());

  private final TestWorker worker = workers.getFirst();

  @AfterEach
  void nothingRuns() {
    workers.forEach(TestWorker::close);
    workers.forEach(it -> assertThat(it.worker.runningInvocations()).isZero());
  }

  /** Appends what a guest sees to its output. */
  private static final class Observer {
    final WasmCode code = new WasmCode();
    private int at = OUTPUT;

    Observer(int from) {
      at = from;
    }

    Observer random(int bytes) {
      code.i32Const(at).i32Const(bytes).call(0).drop();
      at += bytes;
      return this;
    }

    Observer clock(int id) {
      read(id, at);
      at += Long.BYTES;
      return this;
    }

    Observer sleep(Duration time) {
      code.i32Const(SUBSCRIPTION + 24).i64Const(time.toNanos()).i64Store(0);
      code.i32Const(SUBSCRIPTION).i32Const(EVENT).i32Const(1).i32Const(COUNT).call(2).drop();
      return this;
    }

    /** Reads a clock until so much time has passed. */
    Observer spin(Duration time) {
      read(1, BEFORE);
      code.loop();
      read(1, NOW);
      code.i32Const(NOW).i64Load(0).i32Const(BEFORE).i64Load(0).op(0x7d);
      code.i64Const(time.toNanos()).op(0x54).brIf(0).end();
      return this;
    }

    Observer anything(Random choice) {
      return switch (choice.nextInt(6)) {
        case 0, 1 -> random(choice.nextInt(40));
        case 2, 3 -> clock(choice.nextInt(4));
        case 4 -> sleep(Duration.ofNanos(choice.nextInt(3_000_000)));
        default -> spin(Duration.ofNanos(choice.nextInt(50_000)));
      };
    }

    private void read(int id, int to) {
      code.i32Const(id).i64Const(0).i32Const(to).call(1).drop();
    }
  }

  /** A guest that answers with what it saw in its initialisation and then in its call. */
  private static TestFunction guest(GuestContract contract, Observer init, Observer call) {
    WasmBuilder module = new WasmBuilder();
    for (String name : List.of("random_get", "clock_time_get", "poll_oneoff", "fd_write")) {
      module.importFunction(
          GuestContract.WASI_MODULE, name, Objects.requireNonNull(WasiFunctions.all().get(name)));
    }
    module.memory(2).export("_initialize", "()->", init.code);
    int length = call.at - OUTPUT;
    switch (contract) {
      case WASI -> {
        call.code.i32Const(0).i32Const(OUTPUT).i32Store(0).i32Const(4).i32Const(length).i32Store(0);
        call.code.i32Const(1).i32Const(0).i32Const(1).i32Const(8).call(3).drop();
        module.export("_start", "()->", call.code);
      }
      case HANDLER -> module.export("handle", "(i32,i32)->i64", answering(call.code, length));
      case PROCESSOR ->
          module
              .export("free", "(i32,i32)->", new WasmCode())
              .export("process_event", "(i32,i32)->i64", answering(call.code, length));
    }
    module.export("allocate", "(i32)->i32", new WasmCode().i32Const(65_536));
    return TestFunction.of(contract, module.build());
  }

  private static WasmCode answering(WasmCode code, int length) {
    return code.i64Const((long) OUTPUT << 32 | length);
  }

  private static TestFunction seeing(GuestContract contract) {
    Observer init = new Observer(OUTPUT).random(16).clock(0);
    return guest(contract, init, new Observer(init.at).random(16).clock(0).clock(1));
  }

  private static byte[] output(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Responded.class);
    return ((Outcome.Responded) outcome).body();
  }

  private static long fuel(Outcome outcome) {
    return outcome.usage().fuel();
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "STEP") // whose answers are JSON
  void output_underEqualConditions_isEqual(GuestContract contract) {
    TestFunction function = seeing(contract);

    Outcome first = worker.invoke(function, FIXED);
    worker.clock.advance(Duration.ofDays(1));
    worker.invoke(function, "");

    assertThat(output(worker.invoke(function, FIXED))).isEqualTo(output(first));
    assertThat(output(workers.getLast().invoke(function, FIXED))).isEqualTo(output(first));
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "STEP") // whose answers are JSON
  void output_underOtherConditions_differs(GuestContract contract) {
    TestFunction function = seeing(contract);
    byte[] first = output(worker.invoke(function, FIXED));

    byte[] otherSeed = output(worker.invoke(function, new FixedConditions(TIME, "another")));
    byte[] otherTime =
        output(worker.invoke(function, new FixedConditions(TIME.plusNanos(1), "a seed")));

    assertThat(times(otherSeed)).isEqualTo(times(first));
    assertThat(otherSeed).isNotEqualTo(first);
    assertThat(times(otherTime)).isEqualTo(times(first).stream().map(t -> t + 1).toList());
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "STEP") // whose answers are JSON
  void output_underNone_differsEachTime(GuestContract contract) {
    TestFunction function = seeing(contract).instances(0, 1, Reuse.FRESH);

    assertThat(output(worker.invoke(function, "")))
        .isNotEqualTo(output(worker.invoke(function, "")));
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "STEP") // whose answers are JSON
  void clock_startsAtTheTime_andMovesWithEachReading(GuestContract contract) {
    long start = TIME.getEpochSecond() * 1_000_000_000L + TIME.getNano();
    // A processor's event has read it once for its timestamp.
    long call = contract == GuestContract.PROCESSOR ? start + 2_000 : start + 1_000;

    assertThat(times(output(worker.invoke(seeing(contract), FIXED))))
        .containsExactly(start, call, call + 1_000);
  }

  /** The clocks in the answer of {@link #seeing}. */
  private static List<Long> times(byte[] output) {
    ByteBuffer bytes = ByteBuffer.wrap(output).order(ByteOrder.LITTLE_ENDIAN);
    return List.of(bytes.getLong(16), bytes.getLong(40), bytes.getLong(48));
  }

  @Test
  void randomBytes_areNotRepeatedAfterTheInitialisation() {
    ByteBuffer output = ByteBuffer.wrap(output(worker.invoke(seeing(GuestContract.WASI), FIXED)));

    assertThat(output.getLong(0)).isNotEqualTo(output.getLong(24));
  }

  @Test
  void sleep_movesTheClockByWhatWasAskedFor_andWaits() {
    Observer call =
        new Observer(OUTPUT).clock(1).sleep(Duration.ofMillis(30)).clock(1).random(24).random(16);
    TestFunction function = guest(GuestContract.WASI, new Observer(OUTPUT), call);
    long started = System.nanoTime();

    byte[] output = output(worker.invoke(function, FIXED));

    ByteBuffer bytes = ByteBuffer.wrap(output).order(ByteOrder.LITTLE_ENDIAN);
    // The first reading moves it too, and poll_oneoff reads it once.
    assertThat(bytes.getLong(8) - bytes.getLong(0)).isEqualTo(30_000_000 + 2_000);
    assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(30_000_000);
  }

  @Test
  void sleep_endsWithTheRealDeadline() {
    Observer call = new Observer(OUTPUT).sleep(Duration.ofHours(1));
    TestFunction function =
        guest(GuestContract.WASI, new Observer(OUTPUT), call).timeout(Duration.ofMillis(100));

    assertThat(worker.invoke(function, FIXED)).isInstanceOf(Outcome.TimedOut.class);
  }

  @Test
  void runs_underEqualConditions_areEqualInOutputAndFuel() {
    Seed seed = Seed.orElse(23);
    Random random = seed.random();
    List<GuestContract> contracts =
        Arrays.stream(GuestContract.values()).filter(it -> it != GuestContract.STEP).toList();
    for (int round = 0; round < 60; round++) {
      GuestContract contract = contracts.get(round % contracts.size());
      Observer init = new Observer(OUTPUT);
      for (int i = random.nextInt(4); i > 0; i--) {
        init.anything(random);
      }
      Observer call = new Observer(init.at);
      for (int i = random.nextInt(10); i > 0; i--) {
        call.anything(random);
      }
      FixedConditions fixed =
          new FixedConditions(
              Instant.ofEpochSecond(random.nextInt(Integer.MAX_VALUE), random.nextInt(1_000)),
              "seed " + random.nextLong());
      TestFunction function =
          guest(contract, init, call)
              .version(round + 1)
              .instances(0, 2, Reuse.values()[random.nextInt(Reuse.values().length)]);
      String what = "round %d, %s, %s".formatted(round, contract, seed);

      Outcome first = worker.invoke(function, fixed);
      for (TestWorker any : workers) {
        Outcome again = any.invoke(function, fixed);
        assertThat(output(again)).as(what).isEqualTo(output(first));
        assertThat(fuel(again)).as(what).isEqualTo(fuel(first));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"RESET", "SHARED", "FRESH"})
  void instances_ofFixedInvocations_serveNoOther(Reuse reuse) {
    TestFunction function = seeing(GuestContract.HANDLER).instances(0, 2, reuse);
    worker.worker.prewarm(worker.publish(function)).join();

    Outcome fixed = worker.invoke(function, FIXED);

    int idle = reuse == Reuse.FRESH ? 0 : 1;
    assertThat(fixed.usage().acquire()).isEqualTo(Usage.Acquire.COLD);
    assertThat(worker.worker.idleInstances()).isEqualTo(idle);
  }

  @Test
  void conditions_outOfRange_areRefused() {
    for (Instant time :
        List.of(Instant.EPOCH.minusNanos(1), Instant.parse("2200-01-01T00:00:00Z"), Instant.MAX)) {
      assertThatThrownBy(() -> new FixedConditions(time, "s"))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (String seed : List.of("", "s".repeat(257))) {
      assertThatThrownBy(() -> new FixedConditions(TIME, seed))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
