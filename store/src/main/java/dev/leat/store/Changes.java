package dev.leat.store;

import dev.leat.contract.Change;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/**
 * The changes that were committed, in a table, each with a number: one more than that of the change
 * committed before it. Blocks, and throws {@link StoreFailure}.
 */
public final class Changes {
  /**
   * Changes that are kept at the least, of about 100 bytes: 1 MB. Who has not read for longer than
   * that loads everything anew.
   */
  static final int KEPT = 10_000;

  /** Older ones are removed after so many more, of which so many may be there beyond the kept. */
  static final int PRUNED_AFTER = 1_000;

  /** Changes that are read at once. */
  static final int BATCH = 500;

  private final Database database;

  Changes(DataSource source) {
    this.database = new Database(source);
  }

  /**
   * Writes a change down in the transaction that makes it. To be done last there: from here on all
   * who write changes wait for this transaction's end, whichever locks they hold.
   */
  public static void append(Handle handle, Change change) {
    handle.execute("UPDATE change_counter SET last_number = last_number + 1");
    ChangeText text = ChangeText.of(change);
    int written =
        handle.execute(
            """
            INSERT INTO changes (number, kind, subject, mark)
            SELECT last_number, ?, ?, ? FROM change_counter
            """,
            text.kind(),
            text.subject(),
            ThreadLocalRandom.current().nextLong());
    if (written != 1) {
      throw new IllegalStateException("The table change_counter must have one row");
    }
  }

  /** Removes those that need not be kept any more. */
  void prune() {
    database.useTransaction(
        "Removing old changes",
        handle ->
            handle.execute(
                "DELETE FROM changes WHERE number <= (SELECT last_number FROM change_counter) - ?",
                KEPT));
  }

  /** The last change. */
  Position last() {
    return database.read(
        "Reading the number of the last change",
        handle ->
            handle
                .createQuery(
                    """
                    SELECT c.last_number, h.mark
                    FROM change_counter c LEFT JOIN changes h ON h.number = c.last_number
                    """)
                .map((row, context) -> new Position(row.getLong("last_number"), mark(row)))
                .one());
  }

  /** The changes after this one in their order, so many as are read at once. */
  Batch after(Position position) {
    // One statement, so that what it reads of both tables fits together.
    List<Row> rows =
        database.read(
            "Reading the changes after " + position.number(),
            handle ->
                handle
                    .createQuery(
                        """
                        SELECT c.last_number, h.number, h.mark, h.kind, h.subject
                        FROM change_counter c LEFT JOIN changes h ON h.number >= :number
                        ORDER BY h.number LIMIT :limit
                        """)
                    .bind("number", position.number())
                    .bind("limit", BATCH + 1)
                    .map((row, context) -> new Row(row.getLong("last_number"), change(row)))
                    .list());
    List<Numbered> found = rows.stream().flatMap(row -> row.change().stream()).toList();
    boolean isThere = !found.isEmpty() && found.getFirst().number() == position.number();
    OptionalLong mark = isThere ? OptionalLong.of(found.getFirst().mark()) : OptionalLong.empty();
    return new Batch(
        rows.getFirst().last(),
        mark.equals(position.mark()),
        isThere ? found.subList(1, found.size()) : found);
  }

  private static Optional<Numbered> change(ResultSet row) throws SQLException {
    long number = row.getLong("number");
    return row.wasNull()
        ? Optional.empty()
        : Optional.of(
            new Numbered(
                number,
                row.getLong("mark"),
                new ChangeText(row.getString("kind"), row.getString("subject"))));
  }

  private static OptionalLong mark(ResultSet row) throws SQLException {
    long mark = row.getLong("mark");
    return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(mark);
  }

  /**
   * How far changes were read.
   *
   * @param number of the last one; 0 if there was none yet
   * @param mark of the last one; none if it was not there
   */
  record Position(long number, OptionalLong mark) {
    static final Position NONE = new Position(0, OptionalLong.empty());
  }

  /**
   * @param last the number of the last change of all
   * @param follows whether these are of the history that was read before: else the database was put
   *     back since, and went on otherwise
   */
  record Batch(long last, boolean follows, List<Numbered> changes) {
    boolean isFull() {
      return changes.size() >= BATCH;
    }
  }

  /**
   * @param mark a random number of its own
   */
  record Numbered(long number, long mark, ChangeText text) {
    Position position() {
      return new Position(number, OptionalLong.of(mark));
    }
  }

  private record Row(long last, Optional<Numbered> change) {}
}
