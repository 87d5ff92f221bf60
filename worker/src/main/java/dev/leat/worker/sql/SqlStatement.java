package dev.leat.worker.sql;

import java.util.Set;

/**
 * A statement that is understood to its last word.
 *
 * @param text to be sent to the database: what was read, without comments
 * @param changes whether it is to change something, rather than to answer rows
 * @param answersRows whether a change answers rows, by {@code RETURNING}
 * @param reads the tables that it reads, as {@link TableName} writes them
 * @param writes the tables that it changes or locks
 * @param withNames what queries of {@code WITH} are called, which some databases take for tables
 * @param parameters how many {@code ?} it has
 */
public record SqlStatement(
    String text,
    boolean changes,
    boolean answersRows,
    Set<String> reads,
    Set<String> writes,
    Set<String> withNames,
    int parameters) {
  public SqlStatement {
    reads = Set.copyOf(reads);
    writes = Set.copyOf(writes);
    withNames = Set.copyOf(withNames);
  }
}
