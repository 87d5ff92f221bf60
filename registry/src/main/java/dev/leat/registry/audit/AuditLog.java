package dev.leat.registry.audit;

import dev.leat.contract.Answer;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import java.util.Optional;

/**
 * Who did what. The registry's own acts record themselves; other parts append theirs. Safe for
 * several threads; blocks.
 */
public final class AuditLog {
  private final AuditStore store;

  public AuditLog(AuditStore store) {
    this.store = store;
  }

  public void append(AuditEntry entry) {
    store.append(entry.tenant(), entry);
  }

  /**
   * The tenant's records, the newest first.
   *
   * @param limit how many at most; brought into 1 to {@link Page#ITEMS_MAX}
   * @param cursor {@code next} of the page before; empty for the first page
   */
  public Answer<Page<AuditRecord>> list(TenantId tenant, int limit, Optional<String> cursor) {
    return Page.position(cursor, AuditStore.START)
        .map(position -> store.list(tenant, Page.limit(limit), position));
  }
}
