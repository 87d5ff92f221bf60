package dev.leat.failures.rig;

import java.time.Duration;

/**
 * One request in the ledger.
 *
 * @param id what its body says, unlike any other's
 * @param target the node it was sent to last; empty if none was ready
 * @param dueNanos when it was due, by {@code System.nanoTime}: what a slow client adds is counted
 * @param endNanos when it had ended
 */
public record Entry(String id, String target, long dueNanos, long endNanos, Ending ending) {
  public Duration took() {
    return Duration.ofNanos(endNanos - dueNanos);
  }
}
