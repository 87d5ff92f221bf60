package dev.leat.invocations.jdbi;

import dev.leat.contract.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jdbi.v3.core.Handle;

/**
 * The tenants of whom something is due, from one on: one look into the index for each, however much
 * each of them has.
 *
 * @param last the tenant to go on behind; "" to begin anew
 */
record DueTenants(List<TenantId> tenants, String last) {
  /**
   * Looked at in one transaction, by a query each: whoever has only what is not due must not hold
   * up others, nor each node's every look go past all of them.
   */
  static final int HEADS_MAX = 200;

  /**
   * H2 begins with all of a tenant where the ones behind it are asked for; so it is given the next
   * name.
   */
  private static final String SMALLEST = "-";

  /** A table whose rows are due, by tenants. */
  enum Table {
    QUEUE("async_queue WHERE owner = 0 AND", "owner, tenant, due_at, id"),
    CALLBACKS("async_callbacks WHERE", "tenant, due_at, id");

    final String rows;
    final String order;

    Table(String rows, String order) {
      this.rows = rows;
      this.order = order;
    }
  }

  /**
   * @param most tenants
   * @param room none is needed of those of whom nothing may be taken
   */
  static DueTenants after(
      Handle handle, Table table, String after, int most, ToIntFunction<TenantId> room) {
    Look look = new Look(handle, table, most, room);
    String at = look.collect(after, "");
    if (at.isEmpty() && !after.isEmpty()) {
      at = look.collect("", after);
    }
    return new DueTenants(look.due, at);
  }

  private static final class Look {
    final List<TenantId> due = new ArrayList<>();
    private final Handle handle;
    private final Table table;
    private final int most;
    private final ToIntFunction<TenantId> room;
    private int heads;

    Look(Handle handle, Table table, int most, ToIntFunction<TenantId> room) {
      this.handle = handle;
      this.table = table;
      this.most = most;
      this.room = room;
    }

    /** Gives where it stopped: the last tenant, or "" when there was no other. */
    String collect(String from, String upTo) {
      String at = from;
      while (due.size() < most && heads < HEADS_MAX) {
        heads++;
        Optional<Head> next = next(handle, table, at);
        if (next.isEmpty() || (!upTo.isEmpty() && next.get().tenant().compareTo(upTo) > 0)) {
          return "";
        }
        at = next.get().tenant();
        TenantId tenant = new TenantId(at);
        if (next.get().isDue() && room.applyAsInt(tenant) > 0) {
          due.add(tenant);
        }
      }
      return at;
    }
  }

  private static Optional<Head> next(Handle handle, Table table, String after) {
    boolean isH2 = JdbiAsyncStore.isH2(handle);
    return handle
        .createQuery(
            """
            SELECT tenant, due_at <= CURRENT_TIMESTAMP AS is_due FROM %s tenant %s :after
            ORDER BY %s LIMIT 1
            """
                .formatted(table.rows, isH2 ? ">=" : ">", table.order))
        .bind("after", isH2 && !after.isEmpty() ? after + SMALLEST : after)
        .map((row, context) -> new Head(row.getString("tenant"), row.getBoolean("is_due")))
        .findFirst();
  }

  private record Head(String tenant, boolean isDue) {}
}
