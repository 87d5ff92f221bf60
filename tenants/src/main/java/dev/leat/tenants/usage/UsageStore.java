package dev.leat.tenants.usage;

import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where it is kept what tenants used. Laws:
 *
 * <ol>
 *   <li>{@code write} keeps all rows or none, each with exactly its amounts, whatever the row of
 *       that key had before: written again, nothing changes. Rows of tenants that do not exist are
 *       left out.
 *   <li>{@code totals} adds up what all writers have in the time asked for, by function and stretch
 *       of time, in the order of time and then of functions, and nothing that was charged. Going on
 *       after the last total of a list gives the next.
 *   <li>{@code rollUp} keeps minutes that begin before a time as hours, and hours likewise as days:
 *       of what is asked for by hours or days, nothing changes, also when several roll up at once.
 *   <li>{@code prune} removes what began before a time, what was charged longer ago than {@link
 *       #CHARGES_KEPT}, and what belongs to no tenant.
 *   <li>{@code charges} gives the rows of what was charged that were written at most so long ago,
 *       of all writers, the oldest first.
 *   <li>{@code forget} removes all of a tenant.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface UsageStore {
  /** Whatever was charged before weighs on no balance any more: 24 hours' debt and an hour. */
  Duration CHARGES_KEPT = Duration.ofHours(26);

  void write(List<UsageRow> rows);

  /**
   * @param after the last total of the list before
   * @param limit how many at most
   */
  List<UsageTotal> totals(UsageQuery query, Optional<UsageTotal.Position> after, int limit);

  /**
   * Rolls up some of what is due.
   *
   * @param minutesBefore minutes that begin before this one
   * @param hoursBefore hours that begin before this minute
   * @return whether there may be more
   */
  boolean rollUp(long minutesBefore, long hoursBefore);

  /**
   * @param minute since 1970
   */
  void prune(long minute);

  List<Charge> charges(Duration within);

  void forget(TenantId tenant);

  /** The bytes that each tenant has stored, of those that have any. */
  interface StoredBytes {
    Map<TenantId, Long> byTenant();
  }

  /**
   * @param age how long ago the row was written last, by the database's time
   */
  record Charge(UsageRow row, Duration age) {}
}
