package dev.leat.invocations;

import dev.leat.contract.ExecutionRecord;
import dev.leat.contract.FunctionName;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Where execution records are kept for a time. Laws:
 *
 * <ol>
 *   <li>{@code append} keeps all records of a batch or none.
 *   <li>{@code list} gives exactly the tenant's records that fit the filter, the newest first.
 *       Following {@code next} meets each record that was there at the start, and was not pruned,
 *       once.
 *   <li>{@code prune} removes what ended before a time, what is not among the newest {@code
 *       keepMax} of all, nor among the newest {@code keepOfEach} of each of these tenants; some
 *       {@code most} records at once, and gives how many: fewer if nothing is left.
 *   <li>{@code forget} removes all of a tenant's records.
 *   <li>{@code find} gives the newest of the tenant's records of an id.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface ExecutionStore {
  /** The cursor before the first page. */
  long START = Long.MAX_VALUE;

  void append(List<ExecutionRecord> batch);

  Optional<ExecutionRecord> find(TenantId tenant, String id);

  Page<ExecutionRecord> list(TenantId tenant, Filter filter, int limit, long cursor);

  int prune(Instant before, long keepMax, Collection<TenantId> tenants, long keepOfEach, int most);

  void forget(TenantId tenant);

  /**
   * Which records are asked for.
   *
   * @param outcome an outcome's word
   * @param module its digest
   * @param since the first instant of their ends; {@code until} the first one no more
   */
  record Filter(
      Optional<FunctionName> function,
      Optional<Integer> version,
      Optional<String> outcome,
      Optional<String> module,
      Optional<String> caller,
      Optional<Instant> since,
      Optional<Instant> until) {
    public static final Filter NONE =
        new Filter(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
  }
}
