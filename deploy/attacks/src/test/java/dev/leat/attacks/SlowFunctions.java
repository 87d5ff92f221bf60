package dev.leat.attacks;

import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.Eventually;

/** Functions that want thousands of instances ahead of any call, each of which takes long. */
final class SlowFunctions {
  private static final int FUNCTIONS = Length.of(2, 6);
  private static final long COUNTED_AT_INIT = Length.of(200_000_000, 2_000_000_000);

  private SlowFunctions() {}

  static void deploy(Workshop tenant) {
    byte[] slow = HostileGuests.countingAtInit(COUNTED_AT_INIT);
    for (int function = 0; function < FUNCTIONS; function++) {
      tenant.deploy(
          "slow-" + function,
          slow,
          "  instances: {min: 1000, max: 1000}\n"
              + "  limits: {timeout: 60s, fuel: 9000000000000000000}\n");
    }
  }

  /** Until instances are made that no deployment waits for. */
  static void awaitPreparing(SeparateNode node) {
    long before = node.metrics().instancesPrepared();
    Eventually.holds("instances are prepared", () -> node.metrics().instancesPrepared() > before);
  }
}
