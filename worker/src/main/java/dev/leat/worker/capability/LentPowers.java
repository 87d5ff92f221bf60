package dev.leat.worker.capability;

import dev.leat.contract.HostCalls;
import dev.leat.contract.Invocation;
import dev.leat.engine.HostFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What one instance was lent of the host's powers. Confined to the guest's thread. */
public final class LentPowers {
  private final GuestPermits permits;
  private final Lending<?>[] lendings;
  private final PowerCalls calls;
  private final List<HostCallMeter> meters = new ArrayList<>();

  /**
   * @param calls of all instances
   */
  LentPowers(GuestPermits permits, PowerCalls calls, List<Lending<?>> lendings) {
    this.permits = permits;
    this.calls = calls;
    this.lendings = lendings.toArray(Lending<?>[]::new);
  }

  /** What the instance may do with them. */
  public GuestPermits permits() {
    return permits;
  }

  /** The functions to link the instance to: those that do something, and those that are denied. */
  public List<HostFunction> functions() {
    List<HostFunction> functions = new ArrayList<>();
    for (Lending<?> lending : lendings) {
      lending.addTo(functions, permits, this::meter);
    }
    return functions;
  }

  private HostCallMeter meter(String power) {
    for (HostCallMeter meter : meters) {
      if (meter.power().equals(power)) {
        return meter;
      }
    }
    HostCallMeter meter = new HostCallMeter(power, calls.of(power));
    meters.add(meter);
    return meter;
  }

  /** What the host has done for the guest in the call that was prepared for last. */
  public HostCalls hostCalls() {
    return HostCallMeter.sum(meters);
  }

  /**
   * What a power keeps for the instance, for what the host itself does with it; empty where it was
   * not granted.
   */
  public <S> Optional<S> find(Class<S> kept) {
    for (Lending<?> lending : lendings) {
      if (kept.isInstance(lending.lent)) {
        return Optional.of(kept.cast(lending.lent));
      }
    }
    return Optional.empty();
  }

  /** How many powers it was lent. */
  int count() {
    int count = 0;
    for (Lending<?> lending : lendings) {
      count += lending.lent == null ? 0 : 1;
    }
    return count;
  }

  /**
   * Whether the instance was told what does not hold any more, so that it is not used again: it may
   * remember it.
   */
  public boolean isOutdated() {
    if (!permits.isAsAtStart()) {
      return true;
    }
    for (Lending<?> lending : lendings) {
      if (lending.isOutdated()) {
        return true;
      }
    }
    return false;
  }

  /** To be called before each call of the guest, its initialisation included. */
  public void prepare(Invocation invocation) {
    for (int i = 0; i < meters.size(); i++) {
      meters.get(i).reset(invocation.trace());
    }
    for (Lending<?> lending : lendings) {
      lending.prepare(invocation);
    }
  }

  /** To be called after it, however it ended. */
  public void end() {
    permits.end();
    for (Lending<?> lending : lendings) {
      lending.end();
    }
  }

  /**
   * One power.
   *
   * @param lent what it keeps for the instance; null where it was not granted
   */
  record Lending<S>(Power<S> power, List<Offer<S>> offers, @Nullable S lent) {
    void addTo(
        List<HostFunction> functions,
        GuestPermits permits,
        Function<String, HostCallMeter> meters) {
      offers.forEach(offer -> functions.add(offer.function(lent, permits, meters)));
    }

    void prepare(Invocation invocation) {
      if (lent != null) {
        power.prepare(lent, invocation);
      }
    }

    boolean isOutdated() {
      return lent != null && power.isOutdated(lent);
    }

    void end() {
      if (lent != null) {
        power.end(lent);
      }
    }
  }
}
