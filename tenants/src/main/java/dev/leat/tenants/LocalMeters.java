package dev.leat.tenants;

import java.util.function.LongSupplier;

/**
 * Counts the requests of this node alone.
 *
 * @param nanoTime a clock that never steps, as {@link System#nanoTime} is
 */
record LocalMeters(LongSupplier nanoTime) implements Meters {
  @Override
  public Rate rate(QuotaScope whose, RateKind kind, RateLimit limit) {
    return new LocalRate(limit, nanoTime);
  }

  @Override
  public Places places(QuotaScope whose, long places) {
    return new LocalPlaces(places);
  }

  @Override
  public void endRate(QuotaScope whose, RateKind kind) {
    // whoever counted has it alone
  }

  @Override
  public void endPlaces(QuotaScope whose) {
    // likewise
  }
}
