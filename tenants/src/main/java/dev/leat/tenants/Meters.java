package dev.leat.tenants;

import java.util.function.LongSupplier;

/**
 * What counts requests against their limits: on this node alone, or with others of a cluster. It is
 * called by whoever changes a scope's limits, one at a time for each scope.
 */
public interface Meters {
  /** One with this limit: another, or in a cluster the scope's own, with what was taken of it. */
  Rate rate(QuotaScope whose, RateKind kind, RateLimit limit);

  /** So many free places. */
  Places places(QuotaScope whose, long places);

  /** The scope has no rate of this kind any more. */
  void endRate(QuotaScope whose, RateKind kind);

  /** The scope's places are not limited any more. */
  void endPlaces(QuotaScope whose);

  /**
   * Those of this node alone.
   *
   * @param nanoTime a clock that never steps, as {@link System#nanoTime} is
   */
  static Meters local(LongSupplier nanoTime) {
    return new LocalMeters(nanoTime);
  }

  /** Requests are counted by these, and what functions send by others. */
  default Meters with(Meters outbound) {
    Meters requests = this;
    return new Meters() {
      @Override
      public Rate rate(QuotaScope whose, RateKind kind, RateLimit limit) {
        return of(kind).rate(whose, kind, limit);
      }

      @Override
      public Places places(QuotaScope whose, long places) {
        return requests.places(whose, places);
      }

      @Override
      public void endRate(QuotaScope whose, RateKind kind) {
        of(kind).endRate(whose, kind);
      }

      @Override
      public void endPlaces(QuotaScope whose) {
        requests.endPlaces(whose);
      }

      private Meters of(RateKind kind) {
        return kind.isOutbound() ? outbound : requests;
      }
    };
  }
}
