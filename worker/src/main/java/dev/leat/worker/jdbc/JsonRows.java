package dev.leat.worker.jdbc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.leat.worker.capability.database.SqlFailure;
import dev.leat.worker.capability.database.SqlSession.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An answer as JSON: {@code {"columns": [...], "rows": [[...], ...], "rowsAffected": 0}}. Numbers
 * keep all their digits, times are written as ISO 8601 has them, bytes in base64.
 */
final class JsonRows {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?");

  private final Limits limits;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  JsonRows(Limits limits) {
    this.limits = limits;
  }

  /**
   * @param rows null for none
   * @throws SqlFailure of kind {@code TOO_LARGE} if it has more rows or bytes than it may
   */
  byte[] write(@Nullable ResultSet rows, long affected) throws SQLException {
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeArrayFieldStart("columns");
      ResultSetMetaData columns = rows == null ? null : rows.getMetaData();
      int count = columns == null ? 0 : columns.getColumnCount();
      for (int i = 1; columns != null && i <= count; i++) {
        json.writeString(columns.getColumnLabel(i));
      }
      json.writeEndArray();
      json.writeArrayFieldStart("rows");
      if (rows != null && columns != null) {
        rows(json, rows, columns);
      }
      json.writeEndArray();
      json.writeNumberField("rowsAffected", affected);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    requireRoom();
    return out.toByteArray();
  }

  private void rows(JsonGenerator json, ResultSet rows, ResultSetMetaData columns)
      throws SQLException, IOException {
    int count = 0;
    while (rows.next()) {
      if (++count > limits.rows()) {
        throw tooLarge("rows");
      }
      json.writeStartArray();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        value(json, rows, i, columns.getColumnType(i), columns.getColumnTypeName(i));
        json.flush();
        requireRoom();
      }
      json.writeEndArray();
    }
  }

  private void value(JsonGenerator json, ResultSet rows, int at, int type, String typeName)
      throws SQLException, IOException {
    switch (type) {
      case Types.BIT, Types.BOOLEAN -> truth(json, rows.getString(at));
      case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT -> {
        long value = rows.getLong(at);
        if (rows.wasNull()) {
          json.writeNull();
        } else {
          json.writeNumber(value);
        }
      }
      case Types.NUMERIC, Types.DECIMAL -> number(json, rows.getString(at));
      case Types.REAL, Types.FLOAT, Types.DOUBLE -> {
        double value = rows.getDouble(at);
        if (rows.wasNull()) {
          json.writeNull();
        } else if (Double.isFinite(value)) {
          json.writeNumber(value);
        } else {
          json.writeString(Double.toString(value));
        }
      }
      case Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE -> {
        boolean isZoned =
            type == Types.TIMESTAMP_WITH_TIMEZONE || typeName.equalsIgnoreCase("timestamptz");
        Class<?> kind = isZoned ? OffsetDateTime.class : LocalDateTime.class;
        Object time = rows.getObject(at, kind);
        text(json, time == null ? null : time.toString());
      }
      case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY -> {
        if (typeName.equalsIgnoreCase("uuid")) {
          text(json, rows.getString(at));
        } else {
          bytes(json, rows.getBytes(at));
        }
      }
      case Types.BLOB -> {
        Blob blob = rows.getBlob(at);
        requireLength(blob == null ? 0 : blob.length());
        bytes(json, blob == null ? null : blob.getBytes(1, (int) blob.length()));
      }
      case Types.CLOB, Types.NCLOB -> {
        Clob clob = rows.getClob(at);
        requireLength(clob == null ? 0 : clob.length());
        text(json, clob == null ? null : clob.getSubString(1, (int) clob.length()));
      }
      // To read one, a driver would make an object of the class that it names.
      case Types.JAVA_OBJECT ->
          throw new SqlFailure(
              SqlFailure.Kind.INVALID, "", "A column of Java objects cannot be read", null);
      default -> text(json, rows.getString(at));
    }
  }

  private static void truth(JsonGenerator json, @Nullable String value) throws IOException {
    switch (value) {
      case "t", "true", "TRUE" -> json.writeBoolean(true);
      case "f", "false", "FALSE" -> json.writeBoolean(false);
      case null, default -> text(json, value);
    }
  }

  private static void number(JsonGenerator json, @Nullable String value) throws IOException {
    if (value != null && NUMBER.matcher(value).matches()) {
      json.writeNumber(value);
    } else {
      text(json, value);
    }
  }

  private static void text(JsonGenerator json, @Nullable String value) throws IOException {
    if (value == null) {
      json.writeNull();
    } else {
      json.writeString(value);
    }
  }

  private static void bytes(JsonGenerator json, byte @Nullable [] value) throws IOException {
    if (value == null) {
      json.writeNull();
    } else {
      json.writeBinary(value);
    }
  }

  private void requireLength(long length) {
    if (length > limits.bytes()) {
      throw tooLarge("bytes");
    }
  }

  private void requireRoom() {
    requireLength(out.size());
  }

  static SqlFailure tooLarge(String of) {
    return new SqlFailure(SqlFailure.Kind.TOO_LARGE, "", "The answer has too many " + of, null);
  }
}
