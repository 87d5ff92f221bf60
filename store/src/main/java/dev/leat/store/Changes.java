package dev.leat.store;

import dev.leat.contract.Change;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/**
 * The changes that were committed, in a table, each with a number: one more than that of the change
 * committed before it. Blocks, and throws {@link StoreFailure}.
 */
public final class Changes {
  /**
   * Changes that are kept, of about 100 bytes: 1 MB. Who has not read for longer than that loads
   * everything anew.
   */
  static final int KEPT = 10_000;

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
            INSERT INTO changes (number, kind, subject)
            SELECT last_number, ?, ? FROM change_counter
            """,
            text.kind(),
            text.subject());
    if (written != 1) {
      throw new IllegalStateException("The table change_counter must have one row");
    }
    // Mostly one row, and never together with another who deletes.
    handle.execute(
        "DELETE FROM changes WHERE number <= (SELECT last_number FROM change_counter) - " + KEPT);
  }

  /** The number of the last change; 0 if there was none yet. */
  long last() {
    return after(Long.MAX_VALUE).last();
  }

  /** The changes after this number in their order, so many as are read at once. */
  Batch after(long number) {
    // One statement, so that what it reads of both tables fits together.
    List<Row> rows =
        database.read(
            "Reading the changes after " + number,
            handle ->
                handle
                    .createQuery(
                        """
                        SELECT c.last_number, h.number, h.kind, h.subject
                        FROM change_counter c LEFT JOIN changes h ON h.number > :number
                        ORDER BY h.number LIMIT :limit
                        """)
                    .bind("number", number)
                    .bind("limit", BATCH)
                    .map((row, context) -> new Row(row.getLong("last_number"), change(row)))
                    .list());
    return new Batch(
        rows.getFirst().last(), rows.stream().flatMap(row -> row.change().stream()).toList());
  }

  private static Optional<Numbered> change(ResultSet row) throws SQLException {
    long number = row.getLong("number");
    return row.wasNull()
        ? Optional.empty()
        : Optional.of(
            new Numbered(number, new ChangeText(row.getString("kind"), row.getString("subject"))));
  }

  /**
   * @param last the number of the last change of all
   */
  record Batch(long last, List<Numbered> changes) {
    boolean isFull() {
      return changes.size() == BATCH;
    }
  }

  record Numbered(long number, ChangeText text) {}

  private record Row(long last, Optional<Numbered> change) {}
}
