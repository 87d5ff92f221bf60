package dev.leat.worker.capability.clock;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.GuestContract;
import dev.leat.engine.GuestInstance;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** WASI's clocks. Every guest has them; no grant is needed. */
public final class ClockPower implements Power<GuestClock> {
  private static final int SUCCESS = 0;
  private static final int INVAL = 28;
  private static final long RESOLUTION_NANOS = 1_000;

  private final GuestClock node;

  /**
   * @param timeOfDay the node's
   */
  public ClockPower(InstantSource timeOfDay) {
    this.node = new NodeClock(timeOfDay);
  }

  @Override
  public List<Offer<GuestClock>> link(GuestContract contract) {
    return List.of(
        Offer.ofWasi("clock_res_get", ClockPower::resolution),
        Offer.ofWasi("clock_time_get", ClockPower::time));
  }

  @Override
  public Optional<GuestClock> configure(
      FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed) {
    return Optional.of(fixed == null ? node : new SteppedClock(fixed.time()));
  }

  private static long resolution(GuestClock clock, GuestInstance guest, long[] a) {
    if (!GuestClock.exists(a[0])) {
      return INVAL;
    }
    guest.memory().writeLong((int) a[1], RESOLUTION_NANOS);
    return SUCCESS;
  }

  private static long time(GuestClock clock, GuestInstance guest, long[] a) {
    if (!GuestClock.exists(a[0])) {
      return INVAL;
    }
    guest.memory().writeLong((int) a[2], clock.nanos(a[0]));
    return SUCCESS;
  }
}
