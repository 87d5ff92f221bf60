package dev.leat.worker.guest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a step answers: {@code {"output": {...}, "next": null | "name" | ["a", "b"] | [], "errors":
 * [...]}}, of which each may be left out.
 *
 * @param members their JSON, each of them
 */
record StepAnswer(Map<String, byte[]> members) {
  /** Steps that one may name to come next. */
  static final int NEXT_MAX = 100;

  private static final Set<String> KNOWN = Set.of("output", "next", "errors");

  /** The answer that this is; nothing if it is none. */
  static Optional<StepAnswer> of(byte[] json) {
    return StepContext.members(json, KNOWN::contains)
        .map(StepAnswer::whole)
        .filter(StepAnswer::isOne);
  }

  private static StepAnswer whole(Map<String, byte[]> members) {
    Map<String, byte[]> whole = new LinkedHashMap<>();
    whole.put("output", present(members, "output", "{}"));
    whole.put("next", present(members, "next", "null"));
    whole.put("errors", present(members, "errors", "[]"));
    return new StepAnswer(whole);
  }

  private static byte[] present(Map<String, byte[]> members, String name, String otherwise) {
    byte[] json = members.get(name);
    return json == null ? otherwise.getBytes(StandardCharsets.US_ASCII) : json;
  }

  private boolean isOne() {
    return begins("output", '{')
        && begins("errors", '[')
        && isNext(members.getOrDefault("next", new byte[0]));
  }

  private boolean begins(String name, char with) {
    byte[] json = members.get(name);
    return json != null && json[0] == with;
  }

  private static boolean isNext(byte[] json) {
    try (JsonParser parser = StepContext.JSON.createParser(json)) {
      return switch (parser.nextToken()) {
        case VALUE_NULL, VALUE_STRING -> true;
        case START_ARRAY -> isListOfNames(parser);
        default -> false;
      };
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isListOfNames(JsonParser parser) throws IOException {
    int count = 0;
    while (parser.nextToken() == JsonToken.VALUE_STRING) {
      count++;
    }
    return parser.currentToken() == JsonToken.END_ARRAY && count <= NEXT_MAX;
  }

  /** The answer with the context as the step left it, as {@code "context"}. */
  byte[] with(StepContext context) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = StepContext.JSON.createGenerator(out)) {
      json.writeStartObject();
      for (Map.Entry<String, byte[]> member : members.entrySet()) {
        json.writeFieldName(member.getKey());
        json.writeRawValue(new String(member.getValue(), StandardCharsets.UTF_8));
      }
      json.writeFieldName("context");
      context.writeTo(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return out.toByteArray();
  }
}
