package dev.leat.worker.capability;

import dev.leat.contract.FixedConditions;
import java.security.SecureRandom;
import java.time.InstantSource;

/** Every power that the host can lend to guests, on one screen. */
public record HostPowers(
    GuestLogs logs, GuestMetrics metrics, GuestClock clock, GuestRandom random) {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** With the randomness of the system. */
  public HostPowers(GuestLog log, GuestMetrics metrics, InstantSource clock) {
    this(new GuestLogs(log, System::nanoTime), metrics, new NodeClock(clock), RANDOM::nextBytes);
  }

  /** The same powers for one guest, in another time and with other randomness. */
  public HostPowers under(FixedConditions fixed) {
    return new HostPowers(
        logs, metrics, new SteppedClock(fixed.time()), new SeededRandom(fixed.seed()));
  }
}
