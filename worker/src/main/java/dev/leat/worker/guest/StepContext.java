package dev.leat.worker.guest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The context of one step: a JSON object, whose members it reads and sets one by one. Values keep
 * all their digits. Confined to the guest's thread.
 */
final class StepContext {
  /** Of a member's name. */
  static final int KEY_CHARS_MAX = 256;

  /**
   * What a step may make of its context, as JSON: as much as a response may have where nothing else
   * is said. One that came larger may stay so.
   */
  static final int BYTES_MAX = 1 << 20;

  /** JSON nested more deeply is none. */
  static final int DEPTH_MAX = 1_000;

  static final JsonFactory JSON =
      JsonFactory.builder()
          // Names are kept for later contexts otherwise, some thousands of whatever was sent.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxNameLength(50_000)
                  .maxNumberLength(1_000)
                  .build())
          .build();

  /** Each takes some 110 bytes beside its JSON: as much as the context itself at the most. */
  static final int MEMBERS_MAX = 10_000;

  /** Their JSON, by their names, in the order in which they came. */
  private final Map<String, byte[]> members;

  private long bytes;

  private StepContext(Map<String, byte[]> members) {
    this.members = members;
    this.bytes = members.entrySet().stream().mapToLong(StepContext::size).sum();
  }

  /** The context that this is; nothing if it is no JSON object. Nothing at all is an empty one. */
  static Optional<StepContext> of(byte[] json) {
    return json.length == 0
        ? Optional.of(new StepContext(new LinkedHashMap<>()))
        : members(json, name -> true).map(StepContext::new);
  }

  /**
   * The members of an object, in their order; nothing if it is none, or has too many, or another
   * than is known, whose value is then not read. Of one name the last holds.
   */
  static Optional<Map<String, byte[]>> members(byte[] json, Predicate<String> known) {
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      Map<String, byte[]> members = new LinkedHashMap<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (members.size() == MEMBERS_MAX || !known.test(name)) {
          return Optional.empty();
        }
        parser.nextToken();
        members.put(name, copied(parser));
      }
      return parser.nextToken() == null ? Optional.of(members) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static byte[] copied(JsonParser parser) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator copy = JSON.createGenerator(out)) {
      copy.copyCurrentStructureExact(parser);
    }
    return out.toByteArray();
  }

  /** The JSON of a member; null if there is none. */
  byte @Nullable [] get(String key) {
    return members.get(key);
  }

  /** How a member was set. */
  enum Set {
    DONE,
    /** It is no JSON. */
    INVALID,
    TOO_LARGE
  }

  /** Sets a member. */
  Set set(String key, byte[] json) {
    byte[] value;
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() == null) {
        return Set.INVALID;
      }
      value = copied(parser);
      if (parser.nextToken() != null) {
        return Set.INVALID;
      }
    } catch (IOException e) {
      return Set.INVALID;
    }
    byte[] before = members.get(key);
    long more = size(Map.entry(key, value)) - (before == null ? 0 : size(Map.entry(key, before)));
    boolean isOneTooMany = before == null && members.size() >= MEMBERS_MAX;
    if (isOneTooMany || (more > 0 && bytes + more > BYTES_MAX)) {
      return Set.TOO_LARGE;
    }
    members.put(key, value);
    bytes += more;
    return Set.DONE;
  }

  /** In memory, and about what it takes as JSON. */
  private static long size(Map.Entry<String, byte[]> member) {
    return 4L * member.getKey().length() + member.getValue().length + 8;
  }

  void writeTo(JsonGenerator out) throws IOException {
    write(out, members);
  }

  static void write(JsonGenerator out, Map<String, byte[]> members) throws IOException {
    out.writeStartObject();
    for (Map.Entry<String, byte[]> member : members.entrySet()) {
      out.writeFieldName(member.getKey());
      out.writeRawValue(new String(member.getValue(), StandardCharsets.UTF_8));
    }
    out.writeEndObject();
  }
}
