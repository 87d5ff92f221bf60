package dev.leat.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/**
 * Leases in a table. Time is that of the transaction's start: a transaction that had to wait for
 * another thinks it is earlier than it is, so it holds a lease for lapsed too late, and takes its
 * own for a shorter time; never the other way.
 */
public final class JdbiLeases implements Leases {
  /**
   * What {@link #take} waits at most for a transaction under the lease, which takes milliseconds.
   */
  private static final int PATIENCE_SECONDS = 2;

  /** The database ends a transaction under a lease whose node does nothing in it for so long. */
  private static final Duration IDLE = Duration.ofSeconds(5);

  /** Adds a number of milliseconds to the present, in the SQL of both databases. */
  private static final String FROM_NOW =
      "CURRENT_TIMESTAMP + CAST(:millis AS DOUBLE PRECISION) * INTERVAL '0.001' SECOND";

  private final Database database;
  private final Duration idle;

  public JdbiLeases(DataSource source) {
    this(source, IDLE);
  }

  JdbiLeases(DataSource source, Duration idle) {
    this.database = new Database(source);
    this.idle = idle;
  }

  @Override
  public Optional<Lease> take(String name, String holder, Duration term) {
    if (holder.isEmpty()) {
      throw new IllegalArgumentException("A lease's holder must have a name");
    }
    long until = System.nanoTime() + term.toNanos();
    return database.inTransaction(
        "Taking the lease '" + name + "'",
        handle ->
            update(handle, name, holder, term) || insert(handle, name, holder, term)
                ? Optional.of(new Lease(name, holder, fence(handle, name), until))
                : Optional.empty());
  }

  /** True if this is the holder now; false if another is, or nobody ever was. */
  private static boolean update(Handle handle, String name, String holder, Duration term) {
    return handle
            .createUpdate(
                """
                UPDATE leases SET
                  fence = CASE WHEN holder = :holder THEN fence ELSE nextval('lease_fences') END,
                  holder = :holder,
                  held_until = %s
                WHERE name = :name AND (holder = :holder OR held_until <= CURRENT_TIMESTAMP)
                """
                    .formatted(FROM_NOW))
            .bind("name", name)
            .bind("holder", holder)
            .bind("millis", term.toMillis())
            .setQueryTimeout(PATIENCE_SECONDS)
            .execute()
        == 1;
  }

  /** Leases of new names are rare, so they also delete those that nobody has had for long. */
  private static boolean insert(Handle handle, String name, String holder, Duration term) {
    boolean inserted =
        handle
                .createUpdate(
                    """
                    INSERT INTO leases (name, holder, fence, held_until)
                    VALUES (:name, :holder, nextval('lease_fences'), %s)
                    ON CONFLICT DO NOTHING
                    """
                        .formatted(FROM_NOW))
                .bind("name", name)
                .bind("holder", holder)
                .bind("millis", term.toMillis())
                .setQueryTimeout(PATIENCE_SECONDS)
                .execute()
            == 1;
    if (inserted) {
      handle.execute("DELETE FROM leases WHERE held_until < CURRENT_TIMESTAMP - INTERVAL '30' DAY");
    }
    return inserted;
  }

  private static long fence(Handle handle, String name) {
    return handle
        .createQuery("SELECT fence FROM leases WHERE name = :name")
        .bind("name", name)
        .mapTo(Long.class)
        .one();
  }

  @Override
  public void hold(Handle handle, Lease lease) {
    endIfIdle(handle);
    boolean held =
        handle
            .createQuery(
                """
                SELECT fence FROM leases
                WHERE name = :name AND holder = :holder AND fence = :fence
                  AND held_until > CURRENT_TIMESTAMP
                FOR UPDATE
                """)
            .bindMethods(lease)
            .setQueryTimeout(PATIENCE_SECONDS)
            .mapTo(Long.class)
            .findOne()
            .isPresent();
    if (!held) {
      throw new LeaseLost(lease.name());
    }
  }

  /** A node that is paused just now would keep the others from taking the lease when it lapses. */
  private void endIfIdle(Handle handle) {
    try {
      if (handle.getConnection().getMetaData().getDatabaseProductName().equals("PostgreSQL")) {
        handle.execute("SET LOCAL idle_in_transaction_session_timeout = " + idle.toMillis());
      }
    } catch (SQLException e) {
      throw Database.failure("Asking which database this is", e);
    }
  }

  @Override
  public void release(Lease lease) {
    database.useTransaction(
        "Releasing the lease '" + lease.name() + "'",
        handle ->
            handle
                .createUpdate(
                    """
                    UPDATE leases SET holder = '', held_until = CURRENT_TIMESTAMP
                    WHERE name = :name AND holder = :holder AND fence = :fence
                    """)
                .bindMethods(lease)
                .setQueryTimeout(PATIENCE_SECONDS)
                .execute());
  }

  @Override
  public Standing standing(String prefix) {
    // One statement, and at least one row of it, so that the time is that of all.
    List<Row> rows =
        database.read(
            "Reading who holds the leases '" + prefix + "...'",
            handle ->
                handle
                    .createQuery(
                        """
                        SELECT CURRENT_TIMESTAMP AS read_at, l.name, l.holder, l.fence, l.held_until
                        FROM (SELECT 1 AS one) o LEFT JOIN leases l
                          ON LEFT(l.name, :length) = :prefix AND l.holder <> '' AND l.held_until
                            > CURRENT_TIMESTAMP - CAST(:seconds AS DOUBLE PRECISION)
                              * INTERVAL '1' SECOND
                        ORDER BY l.name
                        """)
                    .bind("prefix", prefix)
                    .bind("length", prefix.length())
                    .bind("seconds", REMEMBERED.toSeconds())
                    .map((row, context) -> new Row(Database.instant(row, "read_at"), held(row)))
                    .list());
    return new Standing(
        rows.getFirst().now(), rows.stream().flatMap(row -> row.held().stream()).toList());
  }

  private static Optional<Held> held(ResultSet row) throws SQLException {
    return row.getString("name") == null
        ? Optional.empty()
        : Optional.of(
            new Held(
                row.getString("name"),
                row.getString("holder"),
                row.getLong("fence"),
                Database.instant(row, "held_until")));
  }

  private record Row(Instant now, Optional<Held> held) {}
}
