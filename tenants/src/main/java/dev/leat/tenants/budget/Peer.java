package dev.leat.tenants.budget;

import dev.leat.tenants.budget.Gateways.Gateway;

/**
 * Another gateway for as long as it is heard without a break: after one it is another. For the
 * thread of the rounds.
 */
final class Peer {
  private final Gateway gateway;
  private long heardNanos;
  private boolean isGone;

  Peer(Gateway gateway, long nanos) {
    this.gateway = gateway;
    this.heardNanos = nanos;
  }

  String node() {
    return gateway.node();
  }

  Gateway gateway() {
    return gateway;
  }

  long heardNanos() {
    return heardNanos;
  }

  /** Whether it is this gateway, and was heard lately. The gateway may serve by now. */
  boolean isStill(Gateway other, long nanos) {
    return gateway.node().equals(other.node())
        && gateway.incarnation() == other.incarnation()
        && nanos - heardNanos < ClusterBudgets.SILENCE.toNanos();
  }

  void heard(long nanos) {
    heardNanos = nanos;
  }

  /** It is not heard any more. */
  boolean isGone() {
    return isGone;
  }

  void goes() {
    isGone = true;
  }
}
