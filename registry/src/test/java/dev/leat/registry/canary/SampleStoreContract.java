package dev.leat.registry.canary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.Allowance;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.registry.function.FunctionStore;
import dev.leat.registry.function.FunctionStoreContract;
import dev.leat.registry.function.Rollout;
import dev.leat.registry.function.RolloutPlan;
import dev.leat.registry.function.RolloutPlan.Strategy;
import dev.leat.registry.function.Slots;
import dev.leat.registry.function.Traffic;
import dev.leat.registry.module.ModuleStore;
import dev.leat.registry.module.ModuleStoreContract;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The laws of {@link SampleStore}, by their numbers, and what the functions' store does with it.
 */
public abstract class SampleStoreContract {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final TenantId ACME = new TenantId("acme");
  private static final FunctionName MASK = new FunctionName("mask");

  private SampleStore store;
  private FunctionStore functions;

  protected abstract SampleStore newStore();

  protected abstract FunctionStore itsFunctionStore();

  protected abstract ModuleStore itsModuleStore();

  @BeforeEach
  final void deploy() {
    store = newStore();
    functions = itsFunctionStore();
    itsModuleStore()
        .add(
            ACME,
            ModuleStoreContract.module(ACME, "mask", "1", 1),
            Optional.empty(),
            Allowance.PLATFORM,
            entry(),
            () -> {});
    ModuleDigest module = ModuleStoreContract.module(ACME, "mask", "1", 1).digest();
    for (int number = 1; number <= 2; number++) {
      Traffic traffic = functions.traffic(ACME, MASK);
      assertThat(
              functions.add(
                  ACME,
                  FunctionStoreContract.version(ACME, "mask", number, module),
                  number == 1 ? traffic.moved(Map.of(1, Slots.COUNT), "someone", NOW) : traffic,
                  10,
                  10,
                  entry()))
          .isEqualTo(new FunctionStore.Addition.Kept());
    }
  }

  @Test
  final void laws1And2_whatEachStartPutLast_isAddedUp() {
    int rollout = begin();
    assertThat(put(rollout, "a", figures(1))).isTrue();
    assertThat(put(rollout, "a", figures(10))).isTrue();
    assertThat(put(rollout, "b", figures(5))).isTrue();

    CanaryFigures sum = store.sum(ACME, MASK, rollout);
    assertThat(sum).isEqualTo(figures(10).plus(figures(5)));
    assertThat(sum.canary().calls()).isEqualTo(15);
    assertThat(store.sum(ACME, MASK, rollout + 1)).isEqualTo(CanaryFigures.NONE);
  }

  @Test
  final void law1_onlyWhileThatCanaryIsUnderWay() {
    int rollout = begin();
    assertThat(put(rollout - 1, "a", figures(1))).isFalse();
    assertThat(put(rollout, "a", figures(1))).isTrue();
    end();

    assertThat(put(rollout, "a", figures(2))).isFalse();
    assertThat(store.sum(ACME, MASK, rollout)).as("to be looked at").isEqualTo(figures(1));
    assertThat(store.put(ACME, new FunctionName("other"), rollout, "a", figures(1))).isFalse();
  }

  @Test
  final void law3_startsAreBounded() {
    int rollout = begin();
    for (int i = 0; i < SampleStore.STARTS_MAX; i++) {
      assertThat(put(rollout, "start-" + i, figures(1))).isTrue();
    }
    assertThat(put(rollout, "one more", figures(1))).isFalse();
    assertThat(put(rollout, "start-0", figures(2))).isTrue();
    assertThat(store.sum(ACME, MASK, rollout).canary().calls())
        .isEqualTo(SampleStore.STARTS_MAX + 1);
  }

  @Test
  final void law4_goesWithTheNextCanary_theFunction_andTheTenant() {
    int first = begin();
    assertThat(put(first, "a", figures(1))).isTrue();
    end();
    int second = begin();
    assertThat(store.sum(ACME, MASK, first)).isEqualTo(CanaryFigures.NONE);
    assertThat(put(second, "a", figures(1))).isTrue();
    assertThat(functions.delete(ACME, MASK, entry())).isTrue();
    assertThat(store.sum(ACME, MASK, second)).isEqualTo(CanaryFigures.NONE);
    assertThat(put(second, "a", figures(1))).isFalse();

    deployAgain();
    int third = begin();
    assertThat(put(third, "a", figures(1))).isTrue();
    functions.forget(ACME);
    assertThat(store.sum(ACME, MASK, third)).isEqualTo(CanaryFigures.NONE);
    assertThat(put(third, "a", figures(1))).isFalse();
  }

  @Test
  final void canaries_areGivenWhileTheyAreUnderWay() {
    assertThat(functions.canaries(10, Optional.empty())).isEmpty();
    begin();
    FunctionRef mask = new FunctionRef(ACME, MASK);
    assertThat(functions.canaries(10, Optional.empty())).containsExactly(mask);
    assertThat(functions.canaries(10, Optional.of(mask))).isEmpty();
    end();
    assertThat(functions.canaries(10, Optional.empty())).isEmpty();
  }

  private void deployAgain() {
    ModuleDigest module = ModuleStoreContract.module(ACME, "mask", "1", 1).digest();
    for (int number = 3; number <= 4; number++) {
      Traffic traffic = functions.traffic(ACME, MASK);
      assertThat(
              functions.add(
                  ACME,
                  FunctionStoreContract.version(ACME, "mask", number, module),
                  number == 3 ? traffic.moved(Map.of(3, Slots.COUNT), "someone", NOW) : traffic,
                  10,
                  10,
                  entry()))
          .isEqualTo(new FunctionStore.Addition.Kept());
    }
  }

  /** The rollout of a canary of the newest version. */
  private int begin() {
    Traffic now = functions.traffic(ACME, MASK);
    RolloutPlan plan =
        new RolloutPlan(
            functions.last(ACME, MASK),
            Strategy.CANARY,
            List.of(500, Slots.COUNT),
            Duration.ofMinutes(2),
            Traffic.KEPT_WARM);
    Rollout rollout =
        Rollout.begun(now.revision() + 1, plan, now.slots().weights(), "someone", NOW).stepped(NOW);
    move(now.stepped(rollout, "someone", NOW));
    return rollout.id();
  }

  private void end() {
    Traffic now = functions.traffic(ACME, MASK);
    move(now.undone(now.rollout().orElseThrow().ended(Rollout.State.ABORTED, NOW), "someone", NOW));
  }

  private void move(Traffic next) {
    assertThat(functions.move(ACME, MASK, next, entry())).isEqualTo(new FunctionStore.Move.Moved());
  }

  private boolean put(int rollout, String start, CanaryFigures figures) {
    return store.put(ACME, MASK, rollout, start, figures);
  }

  /** So many calls of each, and one of everything else that is kept. */
  private static CanaryFigures figures(int calls) {
    Sampling sampling = new Sampling(new FunctionRef(ACME, MASK), 1, 2);
    for (int i = 0; i < calls; i++) {
      HttpCall input = new HttpCall("GET", "/" + i, null, Headers.NONE, new byte[0]);
      Usage usage = new Usage(1_000 + i, 0, 0, Usage.Acquire.RESET, 0, 0, 1_000_000L * i, 0);
      sampling
          .canary(true)
          .ended(input, new Outcome.Responded(200, Headers.NONE, new byte[0], usage));
      sampling
          .control(true)
          .ended(input, new Outcome.Responded(200, Headers.NONE, new byte[0], usage));
    }
    sampling
        .control(false)
        .ended(
            new HttpCall("GET", "", null, Headers.NONE, new byte[0]),
            new Outcome.Trapped("a \u0000 \"quoted\" \uD800 reason", Usage.NONE));
    CanaryFigures counted = sampling.figures();
    return new CanaryFigures(
        counted.canary(),
        new ArmFigures(
            counted.control().calls(),
            counted.control().errors(),
            counted.control().micros(),
            counted.control().fuel(),
            counted.control().others(),
            Map.of("trapped: reason", 1L),
            Map.of("a.example", 3L)),
        counted.pairs(),
        new TreeSet<>(List.of("an alarm")));
  }

  private static AuditEntry entry() {
    return AuditEntry.done(NOW, ACME, "someone", "add", "", "");
  }
}
