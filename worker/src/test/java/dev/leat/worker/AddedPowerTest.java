package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.GuestContract.Import;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Invocation;
import dev.leat.contract.Outcome;
import dev.leat.engine.GuestStopped;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A power is added by a class of its own and by the line that hands it to the worker. */
@Timeout(60)
final class AddedPowerTest {
  private static final Grant SHELF = new Grant.KeyValue("shelf", Duration.ofHours(1));

  private final List<String> phases = new CopyOnWriteArrayList<>();
  private final TestWorker worker = new TestWorker(new ShelfPower(phases));

  @AfterEach
  void everyInvocationIsOver() {
    worker.close();
    assertThat(worker.worker.runningInvocations()).isZero();
  }

  /** Counts what a call puts on a shelf. */
  private record ShelfPower(List<String> phases) implements Power<Shelf> {
    private static final int DENIED = -2;

    @Override
    public List<Offer<Shelf>> link(GuestContract contract) {
      phases.add("link " + contract.word());
      return contract == GuestContract.HANDLER
          ? List.of(
              new Offer<>(
                  null,
                  new Import("leat", "shelf_put", "(i32)->i32"),
                  (shelf, guest, a) -> shelf.onIt += (int) a[0],
                  (permits, guest, a) -> DENIED))
          : List.of();
    }

    @Override
    public Optional<Shelf> configure(
        FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed) {
      Optional<Grant.KeyValue> grant = version.grants().find(Grant.KeyValue.class);
      phases.add(
          "configure "
              + grant.map(Grant.KeyValue::namespace).orElse("nothing")
              + (fixed == null ? "" : " under " + fixed.seed()));
      if (grant.filter(asked -> asked.namespace().equals("attic")).isPresent()) {
        throw GuestStopped.trapped("there is no shelf in the attic");
      }
      return grant.map(granted -> new Shelf());
    }

    @Override
    public void prepare(Shelf shelf, Invocation invocation) {
      phases.add("prepare " + invocation.id());
      shelf.onIt = 0;
    }

    @Override
    public void end(Shelf shelf) {
      phases.add("end with " + shelf.onIt);
    }
  }

  private static final class Shelf {
    private int onIt;
  }

  /** Puts one thing on the shelf when it starts, three and four in each call, and answers. */
  private static TestFunction guest() {
    return TestFunction.handler(
        new WasmBuilder()
            .importFunction("leat", "shelf_put", "(i32)->i32")
            .memory(1)
            .export("_initialize", "()->", new WasmCode().i32Const(1).call(0).drop())
            .export("allocate", "(i32)->i32", new WasmCode().i32Const(4_096))
            .export(
                "handle",
                "(i32,i32)->i64",
                new WasmCode()
                    .i32Const(3)
                    .call(0)
                    .drop()
                    .i32Const(0)
                    .i32Const(4)
                    .call(0)
                    .i32Store(0)
                    .i64Const(4)));
  }

  private static int answer(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Responded.class);
    return ((Outcome.Responded) outcome).body()[0];
  }

  @Test
  void granted_itsPhasesComeInTurn() {
    TestFunction function = guest().grants(SHELF).instances(0, 1, Reuse.RESET);

    assertThat(answer(worker.invoke(function, ""))).isEqualTo(7);
    assertThat(answer(worker.invoke(function, ""))).isEqualTo(7);

    assertThat(phases)
        .containsExactly(
            "link handler",
            "link processor",
            "link step",
            "link wasi",
            "configure shelf",
            "prepare init",
            "end with 1",
            "prepare request-1",
            "end with 7",
            "prepare request-1",
            "end with 7");
  }

  @Test
  void notGranted_itsFunctionIsThereAndDenied() {
    assertThat(answer(worker.invoke(guest().grants(new Grant.Logging()), ""))).isEqualTo(-2);
    assertThat(phases).endsWith("link wasi", "configure nothing");
  }

  @Test
  void aGrantThatItCannotServe_keepsTheVersionFromComingUp() {
    TestFunction function = guest().grants(new Grant.KeyValue("attic", Duration.ofHours(1)));

    assertThat(worker.worker.attempt(worker.publish(function), new Cancellation()))
        .isEqualTo(
            new Trial.Stopped(GuestStopped.Reason.TRAPPED, "there is no shelf in the attic"));
    assertThat(worker.invoke(function, ""))
        .isInstanceOfSatisfying(
            Outcome.Unrunnable.class,
            unrunnable ->
                assertThat(unrunnable.reason()).contains("there is no shelf in the attic"));
  }

  @Test
  void instances_shareNothingOfIt() {
    TestFunction mine = guest().grants(SHELF);
    TestFunction theirs = guest().grants(SHELF).tenant("other");
    worker.invoke(mine, "");

    assertThat(answer(worker.invoke(theirs, ""))).isEqualTo(7);
    assertThat(phases).filteredOn("configure shelf"::equals).hasSize(2);
  }

  @Test
  void aCallThatTraps_isEndedToo() {
    WasmBuilder trapping =
        new WasmBuilder()
            .importFunction("leat", "shelf_put", "(i32)->i32")
            .memory(1)
            .export("allocate", "(i32)->i32", new WasmCode().i32Const(4_096))
            .export(
                "handle",
                "(i32,i32)->i64",
                new WasmCode().i32Const(9).call(0).drop().unreachable().i64Const(0));

    assertThat(worker.invoke(TestFunction.handler(trapping).grants(SHELF), ""))
        .isInstanceOf(Outcome.Trapped.class);

    assertThat(phases).endsWith("prepare request-1", "end with 9");
  }

  @Test
  void fixedConditions_areKnownWhenItIsConfigured() {
    FixedConditions fixed = new FixedConditions(Instant.EPOCH, "a seed");

    assertThat(answer(worker.invoke(guest().grants(SHELF), fixed))).isEqualTo(7);
    assertThat(phases).containsOnlyOnce("configure shelf under a seed");
  }
}
