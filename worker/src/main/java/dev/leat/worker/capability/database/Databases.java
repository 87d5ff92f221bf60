package dev.leat.worker.capability.database;

import dev.leat.contract.TenantId;
import java.util.Optional;

/**
 * The databases that operators let tenants' functions reach. Safe for several threads.
 *
 * <ol>
 *   <li>A tenant reaches those of its own connections, by their names, and never the platform's.
 *   <li>A connection that was changed or deleted gives no more sessions within a second, and those
 *       that are open fail.
 * </ol>
 */
@FunctionalInterface
public interface Databases {
  /**
   * A session of that connection; nothing if the tenant has none of that name. Nothing is connected
   * to before it runs a statement.
   *
   * @throws SqlFailure if it cannot be found out
   */
  Optional<SqlSession> session(TenantId tenant, String connection);
}
