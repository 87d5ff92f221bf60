package dev.leat.testkit;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** All that a database has, to search for what it must not have. */
public final class DatabaseDump {
  private DatabaseDump() {}

  /** Every row of every table, a line for each value; bytes as characters of Latin-1. */
  public static String of(DataSource database) throws SQLException {
    StringBuilder all = new StringBuilder();
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (String table : tables(connection)) {
        all.append(table).append('\n');
        try (ResultSet rows = statement.executeQuery("SELECT * FROM \"" + table + "\"")) {
          append(rows, all);
        }
      }
    }
    return all.toString();
  }

  private static List<String> tables(Connection connection) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (ResultSet found =
        connection
            .getMetaData()
            .getTables(null, connection.getSchema(), "%", new String[] {"TABLE", "BASE TABLE"})) {
      while (found.next()) {
        tables.add(found.getString("TABLE_NAME"));
      }
    }
    return tables;
  }

  private static void append(ResultSet rows, StringBuilder to) throws SQLException {
    int columns = rows.getMetaData().getColumnCount();
    while (rows.next()) {
      for (int column = 1; column <= columns; column++) {
        Object value = rows.getObject(column);
        to.append(
                value instanceof byte[] bytes
                    ? new String(bytes, StandardCharsets.ISO_8859_1)
                    : String.valueOf(value))
            .append('\n');
      }
    }
  }

  /** A value in the forms in which something might have it: itself, in base64, in hexadecimal. */
  public static Stream<String> forms(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    return Stream.of(
        value,
        Base64.getEncoder().withoutPadding().encodeToString(bytes),
        Base64.getUrlEncoder().withoutPadding().encodeToString(bytes),
        HexFormat.of().formatHex(bytes),
        Arrays.toString(bytes));
  }
}
