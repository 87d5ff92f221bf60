package dev.leat.registry.jdbi;

import dev.leat.contract.TenantId;
import dev.leat.registry.ClosingStore;
import org.jdbi.v3.core.Handle;

/** A column of the row that a tenant's transactions lock, by the clock of the database. */
public final class JdbiClosingStore implements ClosingStore {
  private final TenantTurns turns;

  /**
   * @param turns those of the functions' store
   */
  public JdbiClosingStore(TenantTurns turns) {
    this.turns = turns;
  }

  @Override
  public int close(TenantId tenant, boolean isForced) {
    return turns.inTransaction(
        tenant,
        "Closing tenant " + tenant,
        handle -> {
          int functions = isForced ? 0 : JdbiFunctionStore.count(handle, tenant, null);
          if (functions == 0) {
            handle.execute(
                "UPDATE tenant_locks SET closed_until = CURRENT_TIMESTAMP + INTERVAL '%d' SECOND WHERE tenant = ?"
                    .formatted(CLOSED_FOR.toSeconds()),
                tenant.value());
          }
          return functions;
        });
  }

  @Override
  public void open(TenantId tenant) {
    boolean unused =
        turns.inTransaction(
            tenant,
            "Opening tenant " + tenant,
            handle ->
                handle.execute("DELETE FROM tenant_locks WHERE tenant = ?", tenant.value()) > 0);
  }

  /** In the tenant's turn: it stays so until that ends. */
  static boolean isClosed(Handle handle, TenantId tenant) {
    return handle
            .createQuery(
                """
                SELECT COUNT(*) FROM tenant_locks
                WHERE tenant = :tenant AND closed_until > CURRENT_TIMESTAMP
                """)
            .bind("tenant", tenant.value())
            .mapTo(Integer.class)
            .one()
        > 0;
  }
}
