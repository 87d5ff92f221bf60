package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.testkit.WasmBuilder;
import dev.leat.worker.InstancePoolTest.KeptGuest;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which versions keep their instances. */
final class PoolsTest {
  private static final long LATER = System.nanoTime() + Duration.ofMinutes(10).toNanos();

  private final Pools pools = new Pools(1, version -> version.instances().min());
  private final FunctionVersion first = version("acme", 1);
  private final FunctionVersion second = version("acme", 2);
  private final FunctionVersion others = version("other", 1);

  private static FunctionVersion version(String tenant, int number) {
    return TestFunction.handler(new WasmBuilder())
        .tenant(tenant)
        .version(number)
        .instances(1, 2, Reuse.RESET)
        .version();
  }

  @Test
  void sweep_functionThatNobodySpokeOf_keepsItsMinimum() {
    assertThat(isKept(first)).isTrue();
  }

  @Test
  void retain_several_keepsEachOfThem() {
    pools.retain(first.function(), Set.of(first, second));

    assertThat(isKept(first)).isTrue();
    assertThat(isKept(second)).isTrue();
  }

  @Test
  void retain_one_letsTheOthersGo_andNoOtherFunctions() {
    pools.retain(first.function(), Set.of(second));

    assertThat(isKept(first)).isFalse();
    assertThat(isKept(second)).isTrue();
    assertThat(isKept(others)).isTrue();
  }

  /** A version that traffic does not go to is called by name after its pool was forgotten. */
  @Test
  void retain_poolMadeLater_knowsOfIt() {
    pools.of(first);
    pools.retain(first.function(), Set.of(second));
    pools.sweep(LATER);

    assertThat(isKept(first)).isFalse();
  }

  @Test
  void retain_again_bringsAVersionBack() {
    pools.retain(first.function(), Set.of(second));
    pools.retain(first.function(), Set.of(first, second));

    assertThat(isKept(first)).isTrue();
  }

  /** A call whose body took a minute comes to a function that is gone. */
  @Test
  void gone_lateCall_keepsNothing() {
    delete(first);

    assertThat(isKept(first)).isFalse();
  }

  @Test
  void gone_madeAgain_meetsNothingThatALateCallLeft() {
    delete(first);
    KeptGuest left = new KeptGuest();
    pools.of(first).give(left);

    pools.retain(first.function(), Set.of(first));

    assertThat(left.closed).isTrue();
    assertThat(pools.of(first).idleInstances()).isZero();
    assertThat(isKept(first)).isTrue();
  }

  /** Whoever deploys gives the instance of its trial; the node's routes tell of it after that. */
  @Test
  void gone_madeAgain_keepsWhatItWasGivenBeforeItIsToldOf() {
    delete(first);
    KeptGuest left = new KeptGuest();
    pools.of(first).give(left);
    KeptGuest own = new KeptGuest();

    pools.begin(first);
    pools.of(first).give(own);
    pools.retain(first.function(), Set.of(first));

    assertThat(left.closed).isTrue();
    assertThat(own.closed).isFalse();
    assertThat(pools.of(first).take()).isSameAs(own);
  }

  @Test
  void demands_areWhatIsAskedForMost_first() {
    pools.of(first);
    pools.of(second).enter(new Asked());
    for (int i = 0; i < 3; i++) {
      pools.of(others).enter(new Asked());
    }
    for (int i = 0; i < 4; i++) {
      pools.sample();
    }

    assertThat(pools.demands()).extracting(VersionDemand::version).containsExactly(others, second);
    assertThat(pools.has(first)).isTrue();
    assertThat(pools.has(version("acme", 9))).isFalse();
  }

  private record Asked() implements InstancePool.Job {
    @Override
    public long arrivedNanos() {
      return System.nanoTime();
    }
  }

  private void delete(FunctionVersion version) {
    pools.retain(version.function(), Set.of(version));
    pools.of(version);
    pools.delete(version);
    pools.retain(version.function(), Set.of());
    pools.sweep(LATER);
  }

  private boolean isKept(FunctionVersion version) {
    KeptGuest guest = new KeptGuest();
    pools.of(version).give(guest);
    pools.sweep(LATER);
    return !guest.closed;
  }
}
