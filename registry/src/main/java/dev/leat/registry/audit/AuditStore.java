package dev.leat.registry.audit;

import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;

/**
 * Where audit records are kept. The other stores write into it, each change with its entry. Laws:
 *
 * <ol>
 *   <li>{@code append} keeps an entry for ever, as it is.
 *   <li>{@code list} gives exactly the tenant's records, the newest first. Following {@code next}
 *       meets each record that was there at the start exactly once.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface AuditStore {
  /** The cursor before the first page. */
  long START = Long.MAX_VALUE;

  void append(TenantId tenant, AuditEntry entry);

  Page<AuditRecord> list(TenantId tenant, int limit, long cursor);
}
