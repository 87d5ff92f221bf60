package dev.leat.invocations;

import dev.leat.contract.FunctionName;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Where guests' log lines are kept for a time. Laws:
 *
 * <ol>
 *   <li>{@code append} keeps all lines of a batch or none, as they are but for NUL characters.
 *   <li>{@code after} gives exactly the tenant's lines that fit, in the order in which they were
 *       kept, each with its position. Whoever asks again with the last position meets each line
 *       once, whichever node kept it: positions grow with the time at which lines can be read.
 *   <li>{@code last} gives the last of them, in the same order.
 *   <li>{@code prune} removes what is older than a time, and of each of these tenants all but the
 *       last {@code keepOfEach} lines; some {@code most} lines at once, and gives how many: fewer
 *       if nothing is left.
 *   <li>{@code forget} removes all of a tenant's lines.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface LogStore {
  /** Before the first line. */
  long START = 0;

  void append(List<LogLine> batch);

  List<Kept> after(TenantId tenant, Filter filter, long position, int most);

  List<Kept> last(TenantId tenant, Filter filter, int most);

  int prune(Instant before, Collection<TenantId> tenants, long keepOfEach, int most);

  void forget(TenantId tenant);

  /** A line and its position. */
  record Kept(long position, LogLine line) {}

  /** Which lines are asked for. */
  record Filter(Optional<FunctionName> function, Optional<String> invocation) {}
}
