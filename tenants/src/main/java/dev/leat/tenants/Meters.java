package dev.leat.tenants;

/**
 * What counts requests against their limits: on this node alone, or with the other gateways of a
 * cluster. It is called by whoever changes a scope's limits, one at a time for each scope.
 */
public interface Meters {
  /** One with these limits: another, or in a cluster the scope's own, with what was taken of it. */
  Rate rate(QuotaScope whose, long perSecond, long burst);

  /** So many free places. */
  Places places(QuotaScope whose, long places);

  /** The scope has no rate any more. */
  void endRate(QuotaScope whose);

  /** The scope's places are not limited any more. */
  void endPlaces(QuotaScope whose);
}
