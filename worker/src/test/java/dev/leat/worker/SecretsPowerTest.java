package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Change;
import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.contract.permission.PermissionType;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Secrets as guests get them. */
@Timeout(60)
final class SecretsPowerTest {
  private static final TenantId ACME = new TenantId("acme");
  private static final Grant NAMED = new Grant.Secrets(List.of("stripe-key", "other"));
  private static final int ABSENT = -1;
  private static final int DENIED = -2;
  private static final int FAILED = -6;

  /** Where the value is written, behind the four bytes of the result. */
  private static final int VALUE = 1_024;

  private static final int ROOM = 100;
  private static final String GET = "(i32,i32,i32,i32)->i32";

  private final Hook hook = new Hook();
  private final TestWorker worker = new TestWorker(hook);

  /** Lets the test do something while a guest runs. */
  private static final class Hook implements Power<Hook> {
    private volatile Runnable action = () -> {};

    @Override
    public List<Offer<Hook>> link(GuestContract contract) {
      return contract == GuestContract.HANDLER
          ? List.of(
              new Offer<>(
                  null,
                  new GuestContract.Import("leat", "test_hook", "()->"),
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
  void everyInvocationIsOver() {
    worker.close();
    assertThat(worker.worker.runningInvocations()).isZero();
  }

  private static WasmBuilder module() {
    return new WasmBuilder()
        .importFunction("leat", "secret_get", GET)
        .importFunction("leat", "test_hook", "()->")
        .memory(1)
        .data(0, "stripe-key")
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(4_096));
  }

  /** Answers with the result of secret_get for the body, and what was written. */
  private static TestFunction getter() {
    return TestFunction.handler(
            module()
                .export(
                    "handle",
                    "(i32,i32)->i64",
                    new WasmCode()
                        .i32Const(VALUE - 4)
                        .localGet(0)
                        .localGet(1)
                        .i32Const(VALUE)
                        .i32Const(ROOM)
                        .call(0)
                        .i32Store(0)
                        .i64Const((long) (VALUE - 4) << 32 | (ROOM + 4))))
        .grants(NAMED);
  }

  /** Asks, runs the hook, asks again, and answers with what it was told last. */
  private static TestFunction asker() {
    WasmCode twice = new WasmCode();
    for (int capacity : new int[] {0, ROOM}) {
      twice
          .i32Const(VALUE - 4)
          .i32Const(0)
          .i32Const(10)
          .i32Const(VALUE)
          .i32Const(capacity)
          .call(0)
          .i32Store(0);
      if (capacity == 0) {
        twice.call(1);
      }
    }
    return TestFunction.handler(
            module()
                .export(
                    "handle",
                    "(i32,i32)->i64",
                    twice.i64Const((long) (VALUE - 4) << 32 | (ROOM + 4))))
        .grants(NAMED);
  }

  /** Asks when it comes up, and answers with what it was told then. */
  private static TestFunction rememberer() {
    return TestFunction.handler(
            module()
                .export(
                    "init",
                    "(i32,i32)->i32",
                    new WasmCode()
                        .i32Const(VALUE - 4)
                        .i32Const(0)
                        .i32Const(10)
                        .i32Const(VALUE)
                        .i32Const(ROOM)
                        .call(0)
                        .i32Store(0)
                        .i32Const(1))
                .export(
                    "handle",
                    "(i32,i32)->i64",
                    new WasmCode().i64Const((long) (VALUE - 4) << 32 | (ROOM + 4))))
        .grants(NAMED);
  }

  private static int code(Outcome outcome) {
    byte[] body = ((Outcome.Responded) outcome).body();
    return (body[0] & 0xff) | (body[1] & 0xff) << 8 | (body[2] & 0xff) << 16 | body[3] << 24;
  }

  private static String value(Outcome outcome) {
    byte[] body = ((Outcome.Responded) outcome).body();
    return new String(
        Arrays.copyOfRange(body, 4, 4 + Math.clamp(code(outcome), 0, ROOM)),
        StandardCharsets.UTF_8);
  }

  @Test
  void named_isRead_onceFromTheStore() {
    worker.secrets.set(ACME, "stripe-key", "sk_1");

    for (int i = 0; i < 3; i++) {
      assertThat(value(worker.invoke(getter(), "stripe-key"))).isEqualTo("sk_1");
    }
    assertThat(worker.secrets.reads).hasValue(1);
    assertThat(worker.denied).isEmpty();
  }

  @Test
  void tooLittleRoom_getsTheBeginning_andTheLengthNeeded() {
    worker.secrets.set(ACME, "stripe-key", "x".repeat(500));

    Outcome outcome = worker.invoke(getter(), "stripe-key");

    assertThat(code(outcome)).isEqualTo(500);
    assertThat(value(outcome)).isEqualTo("x".repeat(ROOM));
  }

  @ParameterizedTest
  @CsvSource({"unnamed", "''", "Stripe-key", "stripe-key2", "acme/stripe-key"})
  void notNamed_isDenied_alsoIfItIsThere(String name) {
    worker.secrets.set(ACME, "unnamed", "sk_1");

    assertThat(code(worker.invoke(getter(), name))).isEqualTo(DENIED);
    assertThat(code(worker.invoke(getter().grants(new Grant.Logging()), name))).isEqualTo(DENIED);

    assertThat(worker.denied).containsOnly("acme/f secrets " + name).hasSize(2);
    assertThat(worker.denials.count(PermissionType.SECRETS)).isEqualTo(2);
    assertThat(worker.secrets.reads).hasValue(0);
  }

  @Test
  void permission_isByName_andAskedEachTime() {
    worker.secrets.set(ACME, "stripe-key", "sk_1");
    worker.secrets.set(ACME, "other", "sk_2");
    TestFunction function = getter();
    worker.permissions.set(function, "secrets=stripe-*");

    assertThat(value(worker.invoke(function, "stripe-key"))).isEqualTo("sk_1");
    assertThat(code(worker.invoke(function, "other"))).isEqualTo(DENIED);

    worker.permissions.set(function, "secrets=other");
    assertThat(code(worker.invoke(function, "stripe-key"))).isEqualTo(DENIED);
    assertThat(value(worker.invoke(function, "other"))).isEqualTo("sk_2");
  }

  @Test
  void ofAnotherTenant_isNeverRead() {
    worker.secrets.set(new TenantId("globex"), "stripe-key", "sk_globex");

    assertThat(code(worker.invoke(getter(), "stripe-key"))).isEqualTo(ABSENT);
    assertThat(value(worker.invoke(getter().tenant("globex"), "stripe-key")))
        .isEqualTo("sk_globex");
  }

  @Test
  void rotated_isTheNewValueFromTheNextCallOn_andDeletedIsAbsent() {
    worker.secrets.set(ACME, "stripe-key", "sk_1");
    assertThat(value(worker.invoke(getter(), "stripe-key"))).isEqualTo("sk_1");

    worker.secrets.set(ACME, "stripe-key", "sk_22");
    Outcome rotated = worker.invoke(getter(), "stripe-key");
    assertThat(value(rotated)).isEqualTo("sk_22");
    assertThat(((Outcome.Responded) rotated).usage().acquire())
        .as("a reset instance remembers nothing, and stays")
        .isNotEqualTo(Usage.Acquire.COLD);

    worker.secrets.delete(ACME, "stripe-key");
    assertThat(code(worker.invoke(getter(), "stripe-key"))).isEqualTo(ABSENT);
    worker.secrets.set(ACME, "stripe-key", "sk_3");
    assertThat(value(worker.invoke(getter(), "stripe-key"))).isEqualTo("sk_3");
  }

  @Test
  void rotatedWithinACall_staysForTheCall() {
    worker.secrets.set(ACME, "stripe-key", "before");
    hook.action = () -> worker.secrets.set(ACME, "stripe-key", "afterwards");

    assertThat(value(worker.invoke(asker(), ""))).isEqualTo("before");
    assertThat(value(worker.invoke(asker(), ""))).isEqualTo("afterwards");
  }

  @ParameterizedTest
  @EnumSource(value = Reuse.class)
  void rotatedAfterTheGuestCameUp_isRememberedByNone(Reuse reuse) {
    worker.secrets.set(ACME, "stripe-key", "sk_1");
    TestFunction function = rememberer().instances(0, 2, reuse);
    assertThat(value(worker.invoke(function, ""))).isEqualTo("sk_1");

    worker.secrets.set(ACME, "other", "does not matter");
    assertThat(value(worker.invoke(function, ""))).isEqualTo("sk_1");
    worker.secrets.set(ACME, "stripe-key", "sk_2");

    assertThat(value(worker.invoke(function, ""))).isEqualTo("sk_2");
  }

  @Test
  void changedWhileItIsRead_isReadAgain() {
    worker.secrets.set(ACME, "stripe-key", "old");
    worker.secrets.whileRead =
        () -> {
          worker.secrets.whileRead = () -> {};
          worker.secrets.set(ACME, "stripe-key", "new");
        };

    assertThat(value(worker.invoke(getter(), "stripe-key"))).isEqualTo("old");
    assertThat(value(worker.invoke(getter(), "stripe-key"))).isEqualTo("new");
    assertThat(worker.secrets.reads).hasValue(2);
  }

  @Test
  void storeAway_isTold_andWhatIsHeldGoesOn() {
    worker.secrets.set(ACME, "stripe-key", "sk_1");
    assertThat(value(worker.invoke(getter(), "stripe-key"))).isEqualTo("sk_1");
    worker.secrets.whileRead =
        () -> {
          throw new dev.leat.store.StoreFailure("Reading", true, new IllegalStateException("away"));
        };

    assertThat(code(worker.invoke(getter(), "other"))).isEqualTo(FAILED);
    assertThat(value(worker.invoke(getter(), "stripe-key"))).isEqualTo("sk_1");

    worker.secrets.whileRead = () -> {};
    assertThat(code(worker.invoke(getter(), "other"))).isEqualTo(ABSENT);
  }

  @Test
  void deletedTenant_takesWhatIsHeldAlong() {
    worker.secrets.set(ACME, "stripe-key", "sk_1");
    assertThat(value(worker.invoke(getter(), "stripe-key"))).isEqualTo("sk_1");

    worker.secrets.held.changed(new Change.TenantChanged(ACME));

    assertThat(value(worker.invoke(getter(), "stripe-key"))).isEqualTo("sk_1");
    assertThat(worker.secrets.reads).hasValue(2);
  }

  @ParameterizedTest
  @CsvSource({
    "70000, 1, 0, 0",
    "0, 70000, 0, 0",
    "-4, 8, 0, 0",
    "0, 10, 65530, 100",
    "0, 10, -1, 9"
  })
  void pointersOutsideTheMemory_trap(int name, int length, int buffer, int capacity) {
    worker.secrets.set(ACME, "stripe-key", "x".repeat(200));
    TestFunction function =
        TestFunction.handler(
                module()
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
            .grants(NAMED);

    Outcome outcome = worker.invoke(function, "");

    assertThat(outcome).isInstanceOf(Outcome.Trapped.class);
    assertThat(outcome.toString()).doesNotContain("xxx");
  }
}
