package dev.leat.worker.sql;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How a table is named where it is asked whether it may be used: in small letters, as it is written
 * without quotes; where it is written in quotes, with them, since databases differ in what these
 * mean. The schema comes before it, with a slash, where the statement names one.
 */
final class TableName {
  private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_]*");

  /** They describe the database and what others have in it: nobody's to grant. */
  private static final Set<String> SYSTEM_SCHEMAS = Set.of("information_schema", "pg_catalog");

  private static final String SYSTEM_PREFIX = "pg_";

  /**
   * What the grammars of databases take for something else than a name. A statement that names a
   * table or an alias so may mean something else than it was read as.
   */
  private static final Set<String> RESERVED =
      Set.of(
          "all",
          "any",
          "array",
          "as",
          "case",
          "cross",
          "default",
          "dual",
          "except",
          "external",
          "final",
          "for",
          "from",
          "full",
          "group",
          "having",
          "inner",
          "intersect",
          "into",
          "join",
          "lateral",
          "left",
          "limit",
          "minus",
          "natural",
          "new",
          "not",
          "null",
          "offset",
          "old",
          "on",
          "only",
          "or",
          "order",
          "outer",
          "right",
          "row",
          "rows",
          "select",
          "set",
          "some",
          "system_range",
          "table",
          "tablesample",
          "union",
          "unique",
          "unnest",
          "update",
          "using",
          "values",
          "where",
          "window",
          "with",
          "xmltable",
          "json_table",
          "generate_series");

  private TableName() {}

  /**
   * The name of a table, an alias or a schema.
   *
   * @param written as in the statement
   */
  static String of(String written) {
    if (!written.startsWith("\"")) {
      String name = written.toLowerCase(Locale.ROOT);
      if (!PLAIN.matcher(name).matches() || RESERVED.contains(name)) {
        throw new SqlRefused("the name " + name);
      }
      return name;
    }
    return written;
  }

  static void requireUsers(String schema, String name) {
    String plainSchema = schema.replace("\"", "").toLowerCase(Locale.ROOT);
    String plainName = name.replace("\"", "").toLowerCase(Locale.ROOT);
    if (SYSTEM_SCHEMAS.contains(plainSchema)
        || plainSchema.startsWith(SYSTEM_PREFIX)
        || plainName.startsWith(SYSTEM_PREFIX)) {
      throw new SqlRefused("a table of the database system");
    }
  }
}
