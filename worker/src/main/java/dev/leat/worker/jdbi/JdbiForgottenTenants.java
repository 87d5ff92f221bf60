package dev.leat.worker.jdbi;

import dev.leat.store.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.ToIntFunction;
import javax.sql.DataSource;

/**
 * Tenants that were deleted, until what they kept outside of the database is removed. That is done
 * again and again for a while: what was under way as a tenant was deleted may write until it ends.
 */
public final class JdbiForgottenTenants {
  /** Longer than a call of functions may take. */
  static final Duration KEPT = Duration.ofMinutes(15);

  /** Of one round; each that has nothing left takes a millisecond. */
  static final int AT_ONCE = 1_000;

  /** Removals of one round besides. */
  private static final int REMOVALS_MAX = 100;

  private final Database database;

  public JdbiForgottenTenants(DataSource source) {
    this.database = new Database(source);
  }

  /** From now on what it kept is removed. Said twice is as once. */
  public void add(String owner, Instant now) {
    database.useTransaction(
        "Noting what tenant " + owner + " leaves",
        handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO forgotten_tenants (owner, since)
                    SELECT CAST(:owner AS VARCHAR(100)), CAST(:now AS TIMESTAMP WITH TIME ZONE)
                    WHERE NOT EXISTS (SELECT 1 FROM forgotten_tenants WHERE owner = :owner)
                    """)
                .bind("owner", owner)
                .bind("now", now)
                .execute());
  }

  /**
   * Removes some of what they left.
   *
   * @param removal of what one left; gives whether more may be left, as a number that is not 0
   * @throws RuntimeException as the removal does; all is done again then
   */
  public void remove(ToIntFunction<String> removal, Instant now) {
    int removals = 0;
    for (Forgotten each : oldest()) {
      boolean isMore = removal.applyAsInt(each.owner()) != 0;
      while (isMore && removals++ < REMOVALS_MAX) {
        isMore = removal.applyAsInt(each.owner()) != 0;
      }
      if (!isMore && each.since().plus(KEPT).isBefore(now)) {
        database.useTransaction(
            "Ending the removal of what tenant " + each.owner() + " left",
            handle ->
                handle.execute("DELETE FROM forgotten_tenants WHERE owner = ?", each.owner()));
      }
    }
  }

  private List<Forgotten> oldest() {
    return database.read(
        "Looking for what deleted tenants left",
        handle ->
            handle
                .createQuery(
                    "SELECT owner, since FROM forgotten_tenants ORDER BY since, owner LIMIT :most")
                .bind("most", AT_ONCE)
                .map((row, context) ->
                    new Forgotten(row.getString("owner"), Database.instant(row, "since")))
                .list());
  }

  private record Forgotten(String owner, Instant since) {}
}
