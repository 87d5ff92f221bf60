package dev.leat.worker.capability;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.leat.engine.StackRoom;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A guest's JSON object of names and plain values: the fields of a log line, a metric's tags. */
public final class FlatJson {
  private static final JsonFactory JSON =
      new JsonFactoryBuilder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private FlatJson() {}

  /**
   * The object's values as text, in its order; nothing if the text is not one JSON object of at
   * most so many fields, each a text, a number, true or false.
   *
   * @param fieldsMax no more than this is looked at
   */
  public static Optional<Map<String, String>> read(String json, int fieldsMax) {
    StackRoom.forALogLine();
    try (JsonParser from = JSON.createParser(json)) {
      Map<String, String> fields = new LinkedHashMap<>();
      if (from.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      while (from.nextToken() == JsonToken.FIELD_NAME) {
        String name = from.currentName();
        JsonToken value = from.nextToken();
        if (fields.size() == fieldsMax || !value.isScalarValue() || value == JsonToken.VALUE_NULL) {
          return Optional.empty();
        }
        fields.put(name, from.getText());
      }
      return from.nextToken() == null ? Optional.of(fields) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
