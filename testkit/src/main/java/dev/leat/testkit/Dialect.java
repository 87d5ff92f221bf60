package dev.leat.testkit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What puts a database back to what it was, and how to see that it is. */
enum Dialect {
  H2 {
    @Override
    List<String> restoring(Statement statement) throws SQLException {
      List<String> all = new ArrayList<>();
      all.add("SET REFERENTIAL_INTEGRITY FALSE");
      all.addAll(
          texts(
              statement,
              """
              SELECT 'TRUNCATE TABLE "' || table_name || '"'
              FROM information_schema.tables
              WHERE table_schema = SCHEMA() AND table_type = 'BASE TABLE'
              """));
      texts(statement, "SCRIPT").stream().filter(it -> it.startsWith("INSERT")).forEach(all::add);
      all.addAll(
          texts(
              statement,
              """
              SELECT 'ALTER SEQUENCE "' || sequence_name || '" RESTART WITH ' || base_value
              FROM information_schema.sequences WHERE sequence_schema = SCHEMA()
              UNION ALL
              SELECT 'ALTER TABLE "' || table_name || '" ALTER COLUMN "' || column_name
                || '" RESTART WITH ' || identity_base
              FROM information_schema.columns
              WHERE table_schema = SCHEMA() AND is_identity = 'YES'
              """));
      all.add("SET REFERENTIAL_INTEGRITY TRUE");
      return all;
    }

    /** All that makes this database, with its rows and sequences. */
    @Override
    String look(Statement statement) throws SQLException {
      return texts(statement, "SCRIPT").stream()
          .filter(it -> !it.startsWith("--"))
          .collect(Collectors.joining("\n"));
    }
  },

  POSTGRES {
    /** TRUNCATE would take twenty times as long as DELETE where there are few rows. */
    @Override
    List<String> restoring(Statement statement) throws SQLException {
      List<String> all = new ArrayList<>();
      all.add("SET lock_timeout = '1s'");
      all.add("SET session_replication_role = replica");
      List<String> tables =
          texts(
              statement,
              "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema");
      for (String table : tables) {
        all.add("DELETE FROM " + table);
        all.addAll(
            texts(
                statement,
                """
                SELECT format(
                  'INSERT INTO %1$s OVERRIDING SYSTEM VALUE
                   SELECT * FROM json_populate_recordset(NULL::%1$s, %%L)', json_agg(it))
                FROM %1$s it HAVING count(*) > 0
                """
                    .formatted(table)));
      }
      List<String> sequences =
          texts(
              statement,
              """
              SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = current_schema
              """);
      for (String sequence : sequences) {
        all.addAll(
            texts(
                statement,
                """
                SELECT format('SELECT setval(''%1$s'', %%s, %%L)', last_value, is_called) FROM %1$s
                """
                    .formatted(sequence)));
      }
      return List.of(String.join(";\n", all));
    }

    /**
     * The versions of its rows in the catalogues; what is known of the sizes of tables, by which
     * statements are planned; and which tables have more than ten pages: PostgreSQL plans for ten
     * where a new one has fewer.
     */
    @Override
    String look(Statement statement) throws SQLException {
      return String.join(
          "\n",
          texts(
              statement,
              """
              WITH relations AS (
                SELECT oid, xmin, relpages, reltuples FROM pg_class
                WHERE relnamespace = current_schema::regnamespace)
              SELECT concat_ws(' ', oid, xmin, relpages, reltuples, pg_relation_size(oid) > 10 * 8192)
                FROM relations
              UNION ALL SELECT concat_ws(' ', attrelid, attnum, a.xmin)
                FROM pg_attribute a JOIN relations r ON attrelid = r.oid
              UNION ALL SELECT concat_ws(' ', adrelid, adnum, d.xmin)
                FROM pg_attrdef d JOIN relations r ON adrelid = r.oid
              UNION ALL SELECT concat_ws(' ', seqrelid, s.xmin)
                FROM pg_sequence s JOIN relations r ON seqrelid = r.oid
              UNION ALL SELECT concat_ws(' ', tgrelid, t.oid, t.xmin)
                FROM pg_trigger t JOIN relations r ON tgrelid = r.oid
              UNION ALL SELECT concat_ws(' ', oid, xmin)
                FROM pg_constraint WHERE connamespace = current_schema::regnamespace
              UNION ALL SELECT concat_ws(' ', oid, xmin)
                FROM pg_proc WHERE pronamespace = current_schema::regnamespace
              UNION ALL SELECT concat_ws(' ', oid, xmin)
                FROM pg_type WHERE typnamespace = current_schema::regnamespace
              ORDER BY 1
              """));
    }
  };

  /** Statements that put back the rows and sequences that are there now. */
  abstract List<String> restoring(Statement statement) throws SQLException;

  /** A text that differs from that of before where something was not put back. */
  abstract String look(Statement statement) throws SQLException;

  private static List<String> texts(Statement statement, String query) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts;
  }
}
