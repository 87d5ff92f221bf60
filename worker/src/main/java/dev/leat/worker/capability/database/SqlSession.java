package dev.leat.worker.capability.database;

import dev.leat.worker.sql.SqlStatement;
import java.time.Duration;
import java.util.List;

/**
 * A session of a database. Blocks; for one thread at a time, but {@link #cancel}. Laws:
 *
 * <ol>
 *   <li>A statement is sent with its parameters apart from it, and takes effect at once, unless
 *       {@code begin} came before: then with {@code commit}.
 *   <li>What was not committed is undone when the session is closed, however it ended.
 *   <li>{@code cancel} has what runs, and all that comes, fail as soon as the database can.
 *   <li>An answer is whole, or {@code TOO_LARGE}: never a part.
 * </ol>
 */
public interface SqlSession extends AutoCloseable {
  /** The statements that follow take effect together. Nothing is asked of the database yet. */
  void begin();

  /**
   * @param limits of its answer
   * @throws SqlFailure if it was not done; in a transaction nothing of that is done then
   */
  byte[] run(SqlStatement statement, List<SqlValue> parameters, Limits limits);

  /**
   * @throws SqlFailure if it may not have been done
   */
  void commit();

  /** For any thread, and as often as one likes; does not block. */
  void cancel();

  @Override
  void close();

  /**
   * @param rows of an answer
   * @param bytes of its JSON
   * @param timeout of the statement itself
   */
  record Limits(int rows, int bytes, Duration timeout) {}
}
