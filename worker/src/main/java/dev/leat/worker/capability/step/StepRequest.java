package dev.leat.worker.capability.step;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.StackRoom;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a step asks of a power: an object of known members. */
public final class StepRequest {
  /** Of the whole request. */
  public static final int BYTES_MAX = 1 << 20;

  /** Reading a byte takes about as long as so many instructions of a guest. */
  private static final int FUEL_PER_BYTE = 32;

  static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(100)
                  .maxNumberLength(1_000)
                  .maxNameLength(1_000)
                  .build())
          .build();

  /** Texts as they are, everything else as JSON. */
  private final Map<String, Object> members;

  private StepRequest(Map<String, Object> members) {
    this.members = members;
  }

  /**
   * The request at a guest's pointer.
   *
   * @param known the members that it may have, null being as good as none
   * @return nothing if it is no such object
   */
  public static Optional<StepRequest> read(
      GuestInstance guest, long pointer, long length, Set<String> known) {
    int bytes = (int) length;
    guest.charge(Integer.toUnsignedLong(bytes) * FUEL_PER_BYTE);
    byte[] json = guest.memory().read((int) pointer, bytes);
    StackRoom.forALogLine();
    try (JsonParser parser = JSON.createParser(json)) {
      return Optional.ofNullable(read(parser, known)).map(StepRequest::new);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static @Nullable Map<String, Object> read(JsonParser parser, Set<String> known)
      throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return null;
    }
    Map<String, Object> members = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (!known.contains(name) || members.containsKey(name)) {
        return null;
      }
      if (value == JsonToken.VALUE_STRING) {
        members.put(name, parser.getText());
      } else if (value != JsonToken.VALUE_NULL) {
        members.put(name, raw(parser));
      }
    }
    return parser.nextToken() == null ? members : null;
  }

  private static byte[] raw(JsonParser parser) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator copy = JSON.createGenerator(out)) {
      copy.copyCurrentStructureExact(parser);
    }
    return out.toByteArray();
  }

  public boolean has(String name) {
    return members.containsKey(name);
  }

  /** The text; nothing if it is absent or none. */
  public Optional<String> text(String name) {
    return Optional.ofNullable(members.get(name) instanceof String text ? text : null);
  }

  /** The JSON of what is no text; nothing if it is absent, or a text. */
  public Optional<byte[]> json(String name) {
    return Optional.ofNullable(members.get(name) instanceof byte[] json ? json : null);
  }

  /**
   * An object of texts, and of arrays of texts, as name and text; empty if it is absent.
   *
   * @return nothing if it is something else
   */
  public Optional<List<Map.Entry<String, String>>> texts(String name) {
    if (!has(name)) {
      return Optional.of(List.of());
    }
    Optional<byte[]> json = json(name);
    if (json.isEmpty()) {
      return Optional.empty();
    }
    List<Map.Entry<String, String>> all = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(json.get())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        if (!addAll(parser, parser.currentName(), all)) {
          return Optional.empty();
        }
      }
      return Optional.of(all);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean addAll(JsonParser parser, String name, List<Map.Entry<String, String>> all)
      throws IOException {
    if (parser.nextToken() == JsonToken.VALUE_STRING) {
      all.add(Map.entry(name, parser.getText()));
      return true;
    }
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      return false;
    }
    while (parser.nextToken() == JsonToken.VALUE_STRING) {
      all.add(Map.entry(name, parser.getText()));
    }
    return parser.currentToken() == JsonToken.END_ARRAY;
  }
}
