package dev.leat.registry.jdbi;

import dev.leat.contract.FunctionRef;
import dev.leat.registry.capability.StoredUses;
import dev.leat.registry.capability.Uses;
import dev.leat.registry.capability.UsesStore;
import dev.leat.store.Database;
import java.time.LocalDate;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What functions asked of the host, a row for each function and day. */
public final class JdbiUsesStore implements UsesStore {
  private static final Logger LOG = LoggerFactory.getLogger(JdbiUsesStore.class);

  private final Database database;

  public JdbiUsesStore(Database database) {
    this.database = database;
  }

  @Override
  public boolean add(FunctionRef function, LocalDate day, Uses more) {
    return database
        .inTransactionUnlessTaken(
            "Keeping what " + function + " asked of the host",
            handle -> {
              if (isDeployed(handle, function)) {
                Optional<Uses> before = find(handle, function, day);
                Uses sum = before.orElseGet(Uses::new);
                sum.add(more);
                write(handle, function, day, sum, before.isPresent());
                forgetBefore(handle, function, day.minusDays(DAYS_KEPT - 1L));
              }
              return true;
            })
        .orElse(false);
  }

  /** Locks the function, so that nothing is kept of one that is deleted meanwhile. */
  private static boolean isDeployed(Handle handle, FunctionRef function) {
    return handle
        .createQuery(
            """
            SELECT 1 FROM functions
            WHERE tenant = :tenant AND name = :name AND route_path IS NOT NULL FOR UPDATE
            """)
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  private static Optional<Uses> find(Handle handle, FunctionRef function, LocalDate day) {
    return handle
        .createQuery(
            """
            SELECT uses FROM function_uses
            WHERE tenant = :tenant AND name = :name AND used_on = :day FOR UPDATE
            """)
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .bind("day", day)
        .mapTo(String.class)
        .findOne()
        .map(JdbiUsesStore::read);
  }

  private static void write(
      Handle handle, FunctionRef function, LocalDate day, Uses uses, boolean isThere) {
    handle
        .createUpdate(
            isThere
                ? """
                UPDATE function_uses SET uses = :uses
                WHERE tenant = :tenant AND name = :name AND used_on = :day
                """
                : """
                INSERT INTO function_uses (tenant, name, used_on, uses)
                VALUES (:tenant, :name, :day, :uses)
                """)
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .bind("day", day)
        .bind("uses", Database.storable(StoredUses.write(uses)))
        .execute();
  }

  private static void forgetBefore(Handle handle, FunctionRef function, LocalDate day) {
    handle
        .createUpdate(
            "DELETE FROM function_uses WHERE tenant = :tenant AND name = :name AND used_on < :day")
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .bind("day", day)
        .execute();
  }

  @Override
  public Uses since(FunctionRef function, LocalDate day) {
    Uses sum = new Uses();
    database
        .read(
            "Reading what " + function + " asked of the host",
            handle ->
                handle
                    .createQuery(
                        """
                        SELECT uses FROM function_uses
                        WHERE tenant = :tenant AND name = :name AND used_on >= :day
                        ORDER BY used_on
                        """)
                    .bind("tenant", function.tenant().value())
                    .bind("name", function.name().value())
                    .bind("day", day)
                    .mapTo(String.class)
                    .list())
        .forEach(kept -> sum.add(read(kept)));
    return sum;
  }

  private static Uses read(String kept) {
    try {
      return StoredUses.read(kept);
    } catch (IllegalArgumentException e) {
      LOG.error("A row of function_uses cannot be read, and counts as none", e);
      return new Uses();
    }
  }

  /** Removes what is kept of a function that is deleted. */
  static void forget(Handle handle, FunctionRef function) {
    handle.execute(
        "DELETE FROM function_uses WHERE tenant = ? AND name = ?",
        function.tenant().value(),
        function.name().value());
  }
}
