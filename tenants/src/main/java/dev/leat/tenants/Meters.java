package dev.leat.tenants;

/** What counts requests against their limits: on this node alone, or with others. */
interface Meters {
  /** One for which nothing was taken yet. */
  Rate rate(QuotaScope whose, long perSecond, long burst);

  /** So many free places. */
  Places places(QuotaScope whose, long places);
}
