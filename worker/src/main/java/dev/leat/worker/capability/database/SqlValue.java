package dev.leat.worker.capability.database;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The value of a parameter. */
public sealed interface SqlValue {
  /** Of one statement. */
  int COUNT_MAX = 1_000;

  record Nothing() implements SqlValue {}

  record Truth(boolean value) implements SqlValue {}

  record Whole(long value) implements SqlValue {}

  record Decimal(BigDecimal value) implements SqlValue {}

  /** Taken for a time, a UUID or JSON by a column of that type. */
  record Text(String value) implements SqlValue {}

  record Bytes(byte[] value) implements SqlValue {}

  /**
   * The values of a JSON array: null, truth values, numbers, texts, and {@code {"base64": "..."}}
   * for bytes. Empty bytes are no values.
   *
   * @throws SqlFailure of kind {@code INVALID} if it is none
   */
  static List<SqlValue> read(byte[] json) {
    if (json.length == 0) {
      return List.of();
    }
    try (JsonParser parser = Form.JSON.createParser(json)) {
      require(parser.nextToken() == JsonToken.START_ARRAY);
      List<SqlValue> values = new ArrayList<>();
      for (JsonToken next = parser.nextToken();
          next != JsonToken.END_ARRAY;
          next = parser.nextToken()) {
        require(values.size() < COUNT_MAX);
        values.add(of(parser, next));
      }
      require(parser.nextToken() == null);
      return List.copyOf(values);
    } catch (IOException | IllegalArgumentException e) {
      throw invalid();
    }
  }

  private static SqlValue of(JsonParser parser, JsonToken token) throws IOException {
    return switch (token) {
      case VALUE_NULL -> new Nothing();
      case VALUE_TRUE -> new Truth(true);
      case VALUE_FALSE -> new Truth(false);
      case VALUE_STRING -> text(parser.getText());
      case VALUE_NUMBER_INT -> {
        JsonParser.NumberType type = parser.getNumberType();
        yield type == JsonParser.NumberType.BIG_INTEGER
            ? new Decimal(parser.getDecimalValue())
            : new Whole(parser.getLongValue());
      }
      case VALUE_NUMBER_FLOAT -> decimal(parser.getDecimalValue());
      case START_OBJECT -> {
        require("base64".equals(parser.nextFieldName()));
        require(parser.nextToken() == JsonToken.VALUE_STRING);
        byte[] bytes = Base64.getDecoder().decode(parser.getText());
        require(parser.nextToken() == JsonToken.END_OBJECT);
        yield new Bytes(bytes);
      }
      default -> throw invalid();
    };
  }

  /** PostgreSQL has no text with it. */
  private static SqlValue text(String text) {
    require(text.indexOf(0) < 0);
    return new Text(text);
  }

  /** Written out, 1e100000 would be 100 KB. */
  private static SqlValue decimal(BigDecimal value) {
    require(Math.abs((long) value.scale()) <= Form.DIGITS_MAX);
    return new Decimal(value);
  }

  private static void require(boolean isSo) {
    if (!isSo) {
      throw invalid();
    }
  }

  private static SqlFailure invalid() {
    return new SqlFailure(
        SqlFailure.Kind.INVALID, "", "The parameters are no JSON array of simple values", null);
  }

  /** How parameters are read. */
  final class Form {
    /** Of a number. */
    private static final int DIGITS_MAX = 1_000;

    private static final JsonFactory JSON =
        JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(2)
                    .maxNumberLength(DIGITS_MAX)
                    .maxNameLength(10)
                    .build())
            .build();

    private Form() {}
  }
}
