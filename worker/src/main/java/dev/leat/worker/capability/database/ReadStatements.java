package dev.leat.worker.capability.database;

import dev.leat.worker.sql.SqlReader;
import dev.leat.worker.sql.SqlReading;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Statements that were read before: functions send the same ones again. Safe for several threads.
 */
final class ReadStatements {
  /** Of 16,384 characters at the most, with what they were read as some 60 KB each: 12 MB. */
  private static final int COUNT_MAX = 200;

  private final Map<String, SqlReading> known = new ConcurrentHashMap<>();

  @Nullable SqlReading find(String sql) {
    return known.get(sql);
  }

  SqlReading read(String sql, SqlReader reader) {
    SqlReading reading = reader.read();
    if (reading instanceof SqlReading.Understood) {
      if (known.size() >= COUNT_MAX) {
        known.clear(); // those in use come again, for a millisecond each
      }
      known.put(sql, reading);
    }
    return reading;
  }
}
