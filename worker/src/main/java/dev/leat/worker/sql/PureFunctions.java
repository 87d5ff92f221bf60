package dev.leat.worker.sql;

import java.util.Set;

/**
 * The functions that a statement may call: those that only compute, on both databases. Others may
 * read files, wait, take locks, draw numbers of a sequence or change settings, and are refused; so
 * are those that make long texts of short ones ({@code repeat}, {@code lpad}, {@code replace}).
 */
final class PureFunctions {
  private static final Set<String> NAMES =
      Set.of(
          // numbers
          "ABS",
          "CEIL",
          "CEILING",
          "FLOOR",
          "ROUND",
          "MOD",
          "POWER",
          "SQRT",
          "SIGN",
          "EXP",
          "LN",
          "GREATEST",
          "LEAST",
          // texts
          "LOWER",
          "UPPER",
          "LENGTH",
          "CHAR_LENGTH",
          "CHARACTER_LENGTH",
          "OCTET_LENGTH",
          "LTRIM",
          "RTRIM",
          "BTRIM",
          "SUBSTR",
          "SUBSTRING",
          "LEFT",
          "RIGHT",
          "CONCAT",
          "REVERSE",
          "ASCII",
          // what is absent
          "COALESCE",
          "NULLIF",
          // times
          "NOW",
          "DATE_TRUNC",
          "DATE_PART",
          // of groups
          "COUNT",
          "SUM",
          "AVG",
          "MIN",
          "MAX",
          "EVERY",
          "BOOL_AND",
          "BOOL_OR",
          "STDDEV_POP",
          "STDDEV_SAMP",
          "VAR_POP",
          "VAR_SAMP",
          // of windows
          "ROW_NUMBER",
          "RANK",
          "DENSE_RANK",
          "PERCENT_RANK",
          "CUME_DIST",
          "NTILE",
          "LAG",
          "LEAD",
          "FIRST_VALUE",
          "LAST_VALUE",
          "NTH_VALUE");

  private PureFunctions() {}

  static boolean has(String name) {
    return NAMES.contains(name);
  }
}
