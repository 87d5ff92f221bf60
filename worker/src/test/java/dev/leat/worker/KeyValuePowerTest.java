package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.HostCalls;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.Seed;
import dev.leat.testkit.TestDatabase;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import dev.leat.worker.capability.keyvalue.KeyValueStore.Key;
import dev.leat.worker.capability.keyvalue.KeyValueStore.Room;
import dev.leat.worker.capability.keyvalue.KeyValueStore.Use;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Properties 12 and 13 for values, and that of hostile arguments. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KeyValuePowerTest {
  private static final Grant KEPT = new Grant.KeyValue("default", Duration.ofHours(1));
  private static final TenantId ACME = new TenantId("acme");
  private static final int BUFFER = KeyValueScript.BUFFER;

  private final TestDatabase database = TestKeyValues.DATABASES.h2();
  private final Hook hook = new Hook();
  private final TestWorker worker = new TestWorker(database.dataSource(), hook);

  /** Lets the test do something while a guest runs. */
  private static final class Hook implements Power<Hook> {
    private volatile Runnable action = () -> {};

    @Override
    public List<Offer<Hook>> link(GuestContract contract) {
      return contract == GuestContract.HANDLER
          ? List.of(
              new Offer<>(
                  null,
                  new GuestContract.Import("leat", KeyValueScript.HOOK, "()->"),
                  (lent, guest, a) -> {
                    action.run();
                    return 0;
                  },
                  (permits, guest, a) -> 0))
          : List.of();
    }

    @Override
    public Optional<Hook> configure(
        FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed) {
      return Optional.of(this);
    }
  }

  @AfterEach
  void forget() {
    worker.permissions.clear(function(new KeyValueScript()));
    while (worker.keyValues.store.forget(ACME, 1_000) > 0) {
      // until none is left
    }
  }

  @AfterAll
  void close() {
    worker.close();
    database.close();
  }

  @Test
  void values_areKeptBetweenInvocations() {
    KeyValueScript first = new KeyValueScript();
    first.set("cart", "apples", 0).get("cart", BUFFER, 100);
    run(first).hasCodes(0, 6).says(BUFFER, "apples");

    KeyValueScript second = new KeyValueScript();
    second.get("cart", BUFFER, 3);
    second.get("cart", BUFFER + 10, 100);
    second.exists("cart");
    second.exists("Cart");
    second.delete("cart");
    second.delete("cart");
    second.get("cart", BUFFER, 100);
    second.exists("cart");
    run(second).hasCodes(6, 6, 1, 0, 0, -1, -1, 0).says(BUFFER, "app").says(BUFFER + 10, "apples");
  }

  @Test
  void anAnswerThatDidNotFit_isTheSameWhenItIsAskedForAgain() {
    KeyValueScript script = new KeyValueScript();
    script.set("k", "before", 0);
    script.get("k", BUFFER, 0);
    script.hook();
    script.get("k", BUFFER, 100);
    script.get("k", BUFFER + 100, 100);
    hook.action =
        () ->
            worker.keyValues.store.set(
                new Key(ACME, "default", "k"),
                "later".getBytes(StandardCharsets.UTF_8),
                worker.clock.instant().plusSeconds(60),
                worker.clock.instant(),
                new Room(10, 1_000));
    run(script).hasCodes(0, 6, 6, 5).says(BUFFER, "before").says(BUFFER + 100, "later");
  }

  @Test
  void time_valuesExpire_neverLaterThanTheManifestSays() {
    KeyValueScript script = new KeyValueScript();
    script.set("short", "v", 10);
    script.set("long", "v", Long.MAX_VALUE);
    script.set("none", "v", 0);
    script.set("past", "v", -1);
    script.expire("none", 20);
    script.expire("none", Long.MIN_VALUE);
    script.expire("absent", 20);
    run(script).hasCodes(0, 0, 0, -3, 0, -3, -1);

    worker.clock.advance(Duration.ofSeconds(10));
    run(new KeyValueScript().exists("short", "long", "none")).hasCodes(0, 1, 1);
    worker.clock.advance(Duration.ofSeconds(10));
    run(new KeyValueScript().exists("short", "long", "none")).hasCodes(0, 1, 0);
    worker.clock.advance(Duration.ofHours(1));
    run(new KeyValueScript().exists("long")).hasCodes(0);
  }

  @Test
  void incrementAndCompareAndSet() {
    KeyValueScript script = new KeyValueScript();
    script.increment("n", 5, BUFFER);
    script.increment("n", -7, BUFFER + 8);
    script.compareAndSet("n", null, "0");
    script.compareAndSet("n", "-2", "x");
    script.increment("n", 1, BUFFER + 16);
    script.compareAndSet("new", null, "");
    script.compareAndSet("new", "", "full");
    script.get("new", BUFFER + 32, 100);

    run(script)
        .hasCodes(0, 0, -8, 0, -3, 0, 0, 4)
        .hasLong(BUFFER, 5)
        .hasLong(BUFFER + 8, -2)
        .hasLong(BUFFER + 16, 0)
        .says(BUFFER + 32, "full");
  }

  @Test
  void list_isJsonOfTheKeysThatMayBeRead() {
    KeyValueScript script = new KeyValueScript();
    script.set("a:1", "v", 0);
    script.set("a:\"2\"", "v", 0);
    script.set("b", "v", 0);
    script.list("a:", 10, BUFFER, 100);
    script.list("", 2, BUFFER + 100, 100);
    script.list("", 0, BUFFER, 100);
    script.list("none", 5, BUFFER + 200, 100);
    run(script)
        .hasCodes(0, 0, 0, 17, 17, -3, 2)
        .says(BUFFER, "[\"a:\\\"2\\\"\",\"a:1\"]")
        .says(BUFFER + 200, "[]");

    worker.permissions.set(function(new KeyValueScript()), "keyvalue:read=default/b*");
    KeyValueScript narrow = new KeyValueScript();
    narrow.list("", 10, BUFFER, 100);
    narrow.get("b", BUFFER + 50, 10);
    narrow.get("a:1", BUFFER + 60, 10);
    narrow.set("b", "w", 0);
    run(narrow).hasCodes(5, 1, -2, -2).says(BUFFER, "[\"b\"]");
  }

  @Test
  void withoutTheGrant_allIsDeniedAndRecorded_andNothingIsWritten() {
    worker.denied.clear();
    KeyValueScript script = new KeyValueScript();
    script.set("k", "v", 0);
    script.get("k", BUFFER, 10);
    script.increment("k", 1, BUFFER);
    script.list("", 10, BUFFER, 100);

    run(function(script).grants()).hasCodes(-2, -2, -2, -2);

    assertThat(worker.denied)
        .containsExactly(
            "acme/f keyvalue:write k",
            "acme/f keyvalue:read k",
            "acme/f keyvalue:write k",
            "acme/f keyvalue:read ");
    assertThat(worker.keyValues.store.use(ACME)).isEqualTo(new Use(0, 0));
  }

  @Test
  void callsOfTheHost_areCounted_withWhatTheyCopied_deniedOnesToo() {
    KeyValueScript script = new KeyValueScript();
    script.set("k", "four", 0);
    script.get("k", BUFFER, 100);
    script.get("none", BUFFER, 100);

    TestFunction function = function(script);

    HostCalls.OfPower used = onlyPower(worker.invoke(function, ""));
    assertThat(used.power()).isEqualTo("keyValue");
    assertThat(used.calls()).isEqualTo(3);
    assertThat(used.bytes()).isEqualTo("k".length() * 2 + "none".length() + "four".length() * 2);
    assertThat(used.nanos()).isPositive();

    HostCalls.OfPower denied = onlyPower(worker.invoke(function.grants(), ""));
    assertThat(denied.calls()).isEqualTo(3);
    assertThat(denied.bytes()).isEqualTo("k".length() * 2 + "none".length());

    assertThat(worker.invoke(function(new KeyValueScript()), "").usage().hostCalls())
        .as("of a call that asks for nothing, on an instance that has asked or not")
        .isEqualTo(HostCalls.NONE);
  }

  private static HostCalls.OfPower onlyPower(Outcome outcome) {
    assertThat(outcome.usage().hostCalls().powers()).hasSize(1);
    return outcome.usage().hostCalls().powers().getFirst();
  }

  @Test
  void anotherTenantOrNamespace_isNotReached() {
    KeyValueScript set = new KeyValueScript();
    set.set("k", "acme's", 0);
    run(set).hasCodes(0);
    KeyValueScript hostile = new KeyValueScript();
    for (String key :
        new String[] {"k", "default/k", "../default/k", "acme/default/k", "%", "k\u0000"}) {
      hostile.get(key, BUFFER, 10);
      hostile.delete(key);
    }

    TestFunction function = function(hostile);
    run(function.tenant("other")).hasCodes(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    Grant elsewhere = new Grant.KeyValue("elsewhere", Duration.ofHours(1));
    run(function.tenant("acme").grants(elsewhere))
        .hasCodes(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    run(new KeyValueScript().exists("k")).hasCodes(1);
  }

  @Test
  void limits_ofKeysValuesAndRoom_eachHasItsCode() {
    KeyValueScript script = new KeyValueScript();
    script.set("", "v", 0);
    script.set("k".repeat(512), "v", 0);
    script.set("k".repeat(513), "v", 0);
    script.call("kv_exists", new byte[] {(byte) 0xC3, 0x28});
    script.call("kv_set", "big", KeyValueScript.range(0, (256 << 10)), 0L);
    script.call("kv_set", "big", KeyValueScript.range(0, (256 << 10) + 1), 0L);
    script.call("kv_set", "big", KeyValueScript.range(0, -1), 0L);
    run(script).hasCodes(-3, 0, -7, -3, 0, -7, -7);

    worker.keyValues.allow(2, 1_000_000);
    KeyValueScript full = new KeyValueScript();
    full.set("third", "v", 0);
    full.increment("third", 1, BUFFER);
    full.set("big", "v", 0);
    full.compareAndSet("third", null, "v");
    run(full).hasCodes(-4, -4, 0, -4);
    worker.keyValues.allow(100_000, 100 << 20);
  }

  /** A pointer outside the memory ends the call; nothing was changed by it. */
  @Test
  void pointers_outsideTheMemory_trap() {
    int end = KeyValueScript.MEMORY_BYTES;
    for (int pointer : new int[] {end, end - 1, -1, Integer.MIN_VALUE, -4}) {
      Object outside = KeyValueScript.range(pointer, 5);
      for (KeyValueScript script :
          new KeyValueScript[] {
            new KeyValueScript().call("kv_get", outside, BUFFER, 1),
            new KeyValueScript().call("kv_set", outside, "v", 0L),
            new KeyValueScript().call("kv_set", "k", outside, 0L),
            new KeyValueScript().call("kv_delete", outside),
            new KeyValueScript().call("kv_list", outside, 1, BUFFER, 1),
            new KeyValueScript().call("kv_increment", "k", 1L, pointer),
            new KeyValueScript().call("kv_compare_and_set", "k", outside, outside, 0L)
          }) {
        TestFunction function = function(script);
        assertThat(worker.invoke(function, "")).isInstanceOf(Outcome.Trapped.class);
        assertThat(worker.invoke(function.grants(), ""))
            .as("denied")
            .isInstanceOfAny(Outcome.Trapped.class, Outcome.Responded.class);
      }
    }
    assertThat(worker.keyValues.store.use(ACME)).isEqualTo(new Use(0, 0));
  }

  /** Whatever a guest passes: it gets an answer or is stopped, and the worker goes on. */
  @Test
  void randomArguments_endInAnAnswerOrATrap() {
    Seed seed = Seed.orElse(29);
    Random random = seed.random();
    for (int i = 0; i < 150; i++) {
      KeyValueScript script = new KeyValueScript();
      for (int call = 0; call < 4; call++) {
        script.random(random);
      }
      assertThat(worker.invoke(function(script), ""))
          .as("%s, script %d", seed, i)
          .isInstanceOfAny(Outcome.Trapped.class, Outcome.Responded.class);
    }
    run(new KeyValueScript().exists("still-here")).hasCodes(0);
    assertThat(worker.worker.runningInvocations()).isZero();
  }

  /** Answers with its state; sets it first if it is to. */
  private static TestFunction stateful(String name, boolean isSetting, int pointer) {
    WasmCode code = new WasmCode();
    if (isSetting) {
      code.i32Const(pointer).i32Const(7).call(1).drop();
    }
    return TestFunction.processor(
            new WasmBuilder()
                .importFunction("flowctl", "get_processor_state", "()->i64")
                .importFunction("env", "set_processor_state", "(i32,i32)->i32")
                .memory(1)
                .data(0, "{\"n\":1}")
                .export("allocate", "(i32)->i32", new WasmCode().i32Const(4_096))
                .export("free", "(i32,i32)->", new WasmCode())
                .export("process_event", "(i32,i32)->i64", code.call(0)))
        .named(name)
        .grants(KEPT);
  }

  @Test
  void processorState_isOfTheFunction_andKept() {
    assertThat(worker.invoke(stateful("f", false, 0), "")).isInstanceOf(Outcome.GuestFailed.class);
    assertThat(TestWorker.body(worker.invoke(stateful("f", true, 0), ""))).isEqualTo("{\"n\":1}");

    assertThat(TestWorker.body(worker.invoke(stateful("f", false, 0).version(2), "")))
        .isEqualTo("{\"n\":1}");
    assertThat(worker.invoke(stateful("other", false, 0), ""))
        .isInstanceOf(Outcome.GuestFailed.class);
    assertThat(worker.keyValues.store.use(ACME))
        .isEqualTo(new Use(1, "processor-state/f".length() + 7));
  }

  @Test
  void processorState_withoutTheGrant_orOutsideTheMemory() {
    worker.denied.clear();
    assertThat(worker.invoke(stateful("f", true, 0).grants(), ""))
        .isInstanceOf(Outcome.GuestFailed.class);
    assertThat(worker.denied)
        .containsExactly(
            "acme/f keyvalue:write processor-state/", "acme/f keyvalue:read processor-state/");
    for (TestFunction function :
        List.of(
            stateful("f", true, 65_530).version(2),
            stateful("f", true, 65_530).version(3).grants())) {
      assertThat(worker.invoke(function, "")).isInstanceOf(Outcome.Trapped.class);
    }
  }

  /** Another transaction holds the row: the guest's wait ends with its call, at once. */
  @Test
  void databaseThatHangs_deadlineAndCancellationEndTheWait_andOthersGoOn() throws Exception {
    KeyValueScript set = new KeyValueScript();
    set.set("held", "v", 0);
    run(set).hasCodes(0);
    KeyValueScript waits = new KeyValueScript();
    waits.set("held", "w", 0);
    FunctionVersion waiting = worker.publish(function(waits));
    try (Connection other = database.dataSource().getConnection()) {
      other.setAutoCommit(false);
      other.createStatement().execute("UPDATE key_values SET content = content");

      Outcome late = worker.startWithin(Duration.ofMillis(300), waiting).get();
      assertThat(late).isInstanceOf(Outcome.TimedOut.class);
      Cancellation cancellation = new Cancellation();
      CompletableFuture<Outcome> cancelled = worker.start(waiting, cancellation);
      Eventually.holds("it waits", () -> worker.keyValues.work.tasks() == 2);
      cancellation.cancel();
      assertThat(cancelled.get()).isInstanceOf(Outcome.Cancelled.class);
      other.rollback();
    }
    Eventually.holds("what was left behind ends", () -> worker.keyValues.work.tasks() == 0);
    run(new KeyValueScript().exists("held")).hasCodes(1);
  }

  @Test
  void deadStore_isAnswered() {
    KeyValueScript script = new KeyValueScript();
    script.set("k", "v", 0);
    TestDatabase gone = TestKeyValues.DATABASES.h2();
    try (TestWorker without = new TestWorker(gone.dataSource(), hook)) {
      gone.execute("DROP TABLE key_values");
      KeyValueScript.Answers.of(without.invoke(function(script), "")).hasCodes(-6);
    } finally {
      gone.close();
    }
  }

  private static TestFunction function(KeyValueScript script) {
    return TestFunction.handler(script.module()).response(KeyValueScript.SENT_BYTES).grants(KEPT);
  }

  private KeyValueScript.Answers run(KeyValueScript script) {
    return run(function(script));
  }

  private KeyValueScript.Answers run(TestFunction function) {
    return KeyValueScript.Answers.of(worker.invoke(function, ""));
  }
}
