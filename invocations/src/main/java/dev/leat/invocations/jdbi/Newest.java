package dev.leat.invocations.jdbi;

import dev.leat.contract.TenantId;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

/** Keeps the newest rows of a table whose ids grow with time. */
final class Newest {
  private Newest() {}

  /**
   * Removes rows that are not among the newest, the oldest first.
   *
   * @param tenant whose rows are meant; empty for all
   * @param most how many at once; none if it is not above 0
   * @return how many were removed
   */
  static int keep(Handle handle, String table, Optional<TenantId> tenant, long newest, int most) {
    if (most <= 0) {
      return 0;
    }
    String whose = tenant.isPresent() ? "tenant = :tenant" : "TRUE";
    Query last =
        handle
            .createQuery(
                "SELECT id FROM %s WHERE %s ORDER BY id DESC LIMIT 1 OFFSET :newest"
                    .formatted(table, whose))
            .bind("newest", newest);
    tenant.ifPresent(it -> last.bind("tenant", it.value()));
    Optional<Long> id = last.mapTo(Long.class).findOne();
    if (id.isEmpty()) {
      return 0;
    }
    Update delete =
        handle
            .createUpdate(
                """
                DELETE FROM %s WHERE id IN (
                  SELECT id FROM %s WHERE %s AND id <= :last ORDER BY id LIMIT :most)
                """
                    .formatted(table, table, whose))
            .bind("last", id.get())
            .bind("most", most);
    tenant.ifPresent(it -> delete.bind("tenant", it.value()));
    return delete.execute();
  }
}
