package dev.leat.invocations.jdbi;

import dev.leat.contract.TenantId;
import dev.leat.invocations.async.AsyncStore;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Removes what is kept no longer from a table of what has ended, oldest first. */
final class Expired {
  private Expired() {}

  private record Row(TenantId tenant, String id, long bytes, boolean isLarge) {}

  /**
   * @param held what a row holds, as SQL, beside {@link AsyncStore#ROW_BYTES}
   * @param bodies the kind of the table's large bodies
   * @return how many were removed
   */
  static int remove(
      Handle handle, String table, String held, String bodies, int most, AsyncCounts counts) {
    List<Row> rows =
        handle
            .createQuery(
                """
                SELECT tenant, id, %s AS held, body IS NULL AS is_large
                FROM %s
                WHERE keep_until <= CURRENT_TIMESTAMP
                ORDER BY keep_until LIMIT :most %s
                """
                    .formatted(held, table, JdbiAsyncStore.lockedForMe(handle)))
            .bind("most", most)
            .map((row, context) ->
                new Row(
                    new TenantId(row.getString("tenant")),
                    row.getString("id"),
                    row.getLong("held") + AsyncStore.ROW_BYTES,
                    row.getBoolean("is_large")))
            .list();
    if (rows.isEmpty()) {
      return 0;
    }
    PreparedBatch deletes =
        handle.prepareBatch(
            "DELETE FROM %s WHERE tenant = :tenant AND id = :id AND keep_until <= CURRENT_TIMESTAMP"
                .formatted(table));
    PreparedBatch gone =
        handle.prepareBatch(
            "INSERT INTO async_gone (tenant, id, keep_until) VALUES (:tenant, :id, %s) ON CONFLICT DO NOTHING"
                .formatted(JdbiAsyncStore.FROM_NOW.formatted("keep")));
    for (Row row : rows) {
      deletes.bind("tenant", row.tenant().value()).bind("id", row.id()).add();
      gone.bind("tenant", row.tenant().value())
          .bind("id", row.id())
          .bind("keep", JdbiAsyncStore.goneMillis())
          .add();
    }
    int[] deleted = deletes.execute();
    for (int i = 0; i < deleted.length; i++) {
      Row row = rows.get(i);
      if (deleted[i] == 1) { // else it was redriven or purged meanwhile
        counts.bytes(row.tenant(), -row.bytes());
        if (row.isLarge()) {
          LargeBodies.delete(handle, row.tenant(), row.id(), bodies);
        }
      }
    }
    gone.execute();
    return rows.size();
  }
}
