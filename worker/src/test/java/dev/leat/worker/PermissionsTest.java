package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.GuestContract.Import;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.contract.permission.PermissionType;
import dev.leat.engine.GuestInstance;
import dev.leat.testkit.Seed;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.GuestText;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Properties 12 (each host call is decided) and 13 (what is not allowed is denied), with a power
 * that is made for it: a shelf, read by keys.
 */
@Timeout(60)
final class PermissionsTest {
  private static final Grant SHELF = new Grant.KeyValue("shelf", Duration.ofHours(1));
  private static final int DENIED = -2;
  private static final int KEY_BYTES_MAX = 10_000;

  private final ShelfPower shelf = new ShelfPower();
  private final TestWorker worker = new TestWorker(shelf);

  @AfterEach
  void everyInvocationIsOver() {
    worker.close();
    assertThat(worker.worker.runningInvocations()).isZero();
  }

  /** Answers 1 for each key that may be read. */
  private static final class ShelfPower implements Power<GuestPermits> {
    private volatile Runnable afterEach = () -> {};

    @Override
    public List<Offer<GuestPermits>> link(GuestContract contract) {
      return contract == GuestContract.HANDLER
          ? List.of(
              new Offer<>(
                  null,
                  new Import("leat", "shelf_read", "(i32,i32)->i32"),
                  (permits, guest, a) -> {
                    boolean isAllowed = permits.allows(PermissionType.KEYVALUE_READ, key(guest, a));
                    afterEach.run();
                    return isAllowed ? 1 : DENIED;
                  },
                  (permits, guest, a) ->
                      permits.allows(PermissionType.KEYVALUE_READ, key(guest, a)) ? 1 : DENIED))
          : List.of();
    }

    private static String key(GuestInstance guest, long[] a) {
      return "shelf/" + GuestText.read(guest, a[0], a[1], KEY_BYTES_MAX);
    }

    @Override
    public Optional<GuestPermits> configure(
        FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed) {
      return version.grants().find(Grant.KeyValue.class).map(granted -> permits);
    }
  }

  /** Reads the key that it is called with twice, and answers with both results. */
  private static TestFunction reader() {
    WasmCode twice = new WasmCode();
    for (int at = 0; at < 8; at += 4) {
      twice.i32Const(at).localGet(0).localGet(1).call(0).i32Store(0);
    }
    return TestFunction.handler(
            new WasmBuilder()
                .importFunction("leat", "shelf_read", "(i32,i32)->i32")
                .memory(1)
                .export("allocate", "(i32)->i32", new WasmCode().i32Const(4_096))
                .export("handle", "(i32,i32)->i64", twice.i64Const(8)))
        .grants(SHELF);
  }

  private static List<Integer> answers(Outcome outcome) {
    byte[] body = ((Outcome.Responded) outcome).body();
    return List.of((int) body[0], (int) body[4]);
  }

  @Test
  void withoutPermissions_whatTheManifestGrantsIsAllowed() {
    assertThat(answers(worker.invoke(reader(), "cart"))).containsExactly(1, 1);
    assertThat(worker.denied).isEmpty();
  }

  @Test
  void notGranted_isDeniedAndCounted() {
    TestFunction function = reader().grants(new Grant.Logging());

    assertThat(answers(worker.invoke(function, "cart"))).containsExactly(DENIED, DENIED);

    assertThat(worker.denied)
        .containsExactly("acme/f keyvalue:read shelf/cart", "acme/f keyvalue:read shelf/cart");
    assertThat(worker.denials.count(PermissionType.KEYVALUE_READ)).isEqualTo(2);
    assertThat(worker.denials.count(PermissionType.KEYVALUE_WRITE)).isZero();
  }

  @Test
  void permissions_areAskedAtEachCall() {
    TestFunction function = reader();
    worker.permissions.set(function, "keyvalue:read=shelf/cart:*");

    assertThat(answers(worker.invoke(function, "cart:1"))).containsExactly(1, 1);
    assertThat(answers(worker.invoke(function, "cart:1/x"))).containsExactly(DENIED, DENIED);
    assertThat(answers(worker.invoke(function, "../shelf/cart:1"))).containsExactly(DENIED, DENIED);
    assertThat(answers(worker.invoke(reader().tenant("other"), "x")))
        .as("another's are its own")
        .containsExactly(1, 1);
  }

  @Test
  void change_holdsForACallThatRuns() {
    TestFunction function = reader();
    shelf.afterEach = () -> worker.permissions.set(function, "keyvalue:write");

    assertThat(answers(worker.invoke(function, "cart"))).containsExactly(1, DENIED);
  }

  @Test
  void call_thatOutlivesItsTenant_reachesNothingOfTheNextOne() {
    TestFunction function = reader().instances(0, 1, Reuse.SHARED);
    shelf.afterEach = () -> worker.permissions.replace(function.version().function().tenant());
    assertThat(answers(worker.invoke(function, "cart"))).containsExactly(1, DENIED);
    assertThat(worker.denied).as("what the next one would find").isEmpty();

    shelf.afterEach = () -> {};
    assertThat(answers(worker.invoke(function, "cart"))).containsExactly(1, 1);
  }

  @ParameterizedTest
  @EnumSource
  void change_holdsForInstancesThatAreThere(Reuse reuse) {
    TestFunction function = reader().instances(0, 1, reuse);
    assertThat(answers(worker.invoke(function, "cart"))).containsExactly(1, 1);

    worker.permissions.set(function, "keyvalue:write");
    assertThat(answers(worker.invoke(function, "cart"))).containsExactly(DENIED, DENIED);
    worker.permissions.clear(function);
    assertThat(answers(worker.invoke(function, "cart"))).containsExactly(1, 1);
    worker.permissions.allow(Set.of("logging"));
    assertThat(answers(worker.invoke(function, "cart"))).containsExactly(DENIED, DENIED);
  }

  @Test
  void changeOfAnother_leavesInstancesWhereTheyAre() {
    TestFunction function = reader().instances(0, 1, Reuse.RESET);
    worker.invoke(function, "cart");

    worker.permissions.set(reader().tenant("other"), "keyvalue:write");

    assertThat(((Outcome.Responded) worker.invoke(function, "cart")).usage().acquire())
        .isEqualTo(Usage.Acquire.RESET);
  }

  /** Else a tenant with many versions has all others' instances come up again, when it likes. */
  @Test
  void tablesThatAreMadeAnew_leaveInstancesWhereTheyAre() {
    TestFunction function = reader().instances(0, 1, Reuse.RESET);
    worker.permissions.set(function, "keyvalue:read=shelf/cart");
    worker.invoke(function, "cart");

    worker.permissions.forgetTables();

    assertThat(((Outcome.Responded) worker.invoke(function, "cart")).usage().acquire())
        .isEqualTo(Usage.Acquire.RESET);
  }

  @Test
  void changeAndBack_whileACallRuns_hasItsInstanceGo() {
    TestFunction function = reader().instances(0, 1, Reuse.SHARED);
    worker.permissions.set(function, "keyvalue:read=shelf/cart");
    boolean[] isFirst = {true};
    shelf.afterEach =
        () -> {
          String now = isFirst[0] ? "keyvalue:read=shelf/*" : "keyvalue:read=shelf/cart";
          worker.permissions.set(function, now);
          isFirst[0] = false;
        };
    worker.invoke(function, "cart");
    shelf.afterEach = () -> {};

    assertThat(((Outcome.Responded) worker.invoke(function, "cart")).usage().acquire())
        .isEqualTo(Usage.Acquire.COLD);
  }

  /** Answers with the configuration that its init was called with. */
  private static TestFunction configured() {
    return TestFunction.handler(
            new WasmBuilder()
                .memory(1)
                .globalI32(true, 0)
                .export("allocate", "(i32)->i32", new WasmCode().i32Const(4_096))
                .export(
                    "init", "(i32,i32)->i32", new WasmCode().localGet(1).globalSet(0).i32Const(1))
                .export(
                    "handle",
                    "(i32,i32)->i64",
                    new WasmCode().i64Const(4_096L << 32).globalGet(0).i64ExtendUnsigned().i64Or()))
        .config("{\"a\":1,\"secret\":{\"b\":[2,{}]},\"c\":\"x\"}");
  }

  @Test
  void config_isHandedOverAsFarAsItIsAllowed_andForgottenWhenThatChanges() {
    TestFunction function = configured().instances(0, 1, Reuse.SHARED);
    assertThat(TestWorker.body(worker.invoke(function, "")))
        .isEqualTo("{\"a\":1,\"secret\":{\"b\":[2,{}]},\"c\":\"x\"}");

    worker.permissions.set(function, "config=a", "config=c*");
    assertThat(TestWorker.body(worker.invoke(function, ""))).isEqualTo("{\"a\":1,\"c\":\"x\"}");
    worker.permissions.set(function, "logging");
    assertThat(TestWorker.body(worker.invoke(function, ""))).isEqualTo("{}");
  }

  /** Logs two lines, of levels error and debug, and records a metric. */
  @Test
  void logging_isByLevel_andMetricsByName() {
    WasmCode body = new WasmCode();
    for (int level : new int[] {3, 0}) {
      body.i32Const(level).i32Const(0).i32Const(4).call(0);
    }
    TestFunction function =
        TestFunction.processor(
            new WasmBuilder()
                .importFunction("leat", "log", "(i32,i32,i32)->")
                .importFunction("leat", "record_metric", "(i32,i32,f64)->")
                .memory(1)
                .data(0, "text")
                .export("allocate", "(i32)->i32", new WasmCode().i32Const(4_096))
                .export("free", "(i32,i32)->", new WasmCode())
                .export(
                    "process_event",
                    "(i32,i32)->i64",
                    body.i32Const(0).i32Const(4).f64Const(1).call(1).i64Const(4)));
    worker.permissions.set(function, "logging=error", "metrics=orders_*");

    worker.invoke(function, "");

    assertThat(worker.lines).containsExactly("ERROR text");
    assertThat(worker.metrics.recorded()).isEmpty();
    assertThat(worker.denied).containsExactly("acme/f logging debug", "acme/f metrics text");
  }

  /** A processor that asks for a URL: the user and the query stay out of what is recorded. */
  @Test
  void http_thatIsNotGranted_isDeniedByItsTarget() {
    String url = "https://api.example.com/x?token=secret";
    String hidden = "https://ann:secret@api.example.com/";
    TestFunction function =
        TestFunction.processor(
                new WasmBuilder()
                    .importFunction("env", "http_request", "(i32,i32,i32,i32,i32)->i64")
                    .memory(1)
                    .data(0, url)
                    .data(256, hidden)
                    .export("allocate", "(i32)->i32", new WasmCode().i32Const(4_096))
                    .export("free", "(i32,i32)->", new WasmCode())
                    .export(
                        "process_event",
                        "(i32,i32)->i64",
                        asking(
                                asking(new WasmCode(), 0, 0, url.length()).drop(),
                                1,
                                256,
                                hidden.length())
                            .drop()
                            .i64Const(4)))
            .grants(new Grant.Logging());

    worker.invoke(function, "");

    assertThat(worker.denied)
        .containsExactly(
            "acme/f http:read https://api.example.com/x",
            "acme/f http:write (no URL that can be asked for)");
  }

  private static WasmCode asking(WasmCode code, int method, int url, int length) {
    return code.i32Const(method).i32Const(url).i32Const(length).i32Const(0).i32Const(0).call(0);
  }

  @Test
  void anyKey_isDecided_andHarmsNobody() {
    Seed seed = Seed.orElse(13);
    Random random = seed.random();
    TestFunction function = reader();
    worker.permissions.set(function, "keyvalue:read=shelf/a*b", "keyvalue:read=**/z");
    for (int i = 0; i < 200; i++) {
      StringBuilder key = new StringBuilder();
      for (int left = random.nextInt(20); left > 0; left--) {
        key.append("ab/.%z*\u00e9\u0000".charAt(random.nextInt(9)));
      }
      boolean isAllowed = key.toString().matches("(?s)a[^/]*b|.*/z|z");

      assertThat(answers(worker.invoke(function, key.toString())))
          .as("'%s', %s", key, seed)
          .containsOnly(isAllowed ? 1 : DENIED);
    }
    String longest = "a".repeat(5_000) + "b";
    assertThat(answers(worker.invoke(function, longest))).containsOnly(DENIED);
  }
}
