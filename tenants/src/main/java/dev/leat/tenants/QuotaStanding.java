package dev.leat.tenants;

import java.time.Duration;
import java.util.Optional;

/**
 * How one limit stands just now.
 *
 * @param limit in the quota's unit
 * @param isEnforced whether this version holds anyone to it
 * @param used empty where nobody counts: a ceiling has no use
 */
public record QuotaStanding(
    String quota, QuotaLevel level, long limit, boolean isEnforced, Optional<Use> used) {
  /** The same of what stays until it is removed, of which there is so much. */
  public QuotaStanding with(long amount) {
    Use use = new Use(amount, limit - amount, Optional.empty());
    return new QuotaStanding(quota, level, limit, isEnforced, Optional.of(use));
  }

  /**
   * What is used of a limit.
   *
   * @param amount above the limit where there is a debt
   * @param left below zero where there is a debt; of a rate what may come at once, which a burst
   *     makes more than the limit
   * @param resets how long it is until all is there again if nothing more is used; empty where that
   *     depends on what runs
   */
  public record Use(double amount, double left, Optional<Duration> resets) {}
}
