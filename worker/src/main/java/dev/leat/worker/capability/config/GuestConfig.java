package dev.leat.worker.capability.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.leat.contract.permission.PermissionType;
import dev.leat.worker.capability.GuestPermits;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The manifest's configuration as one instance may have it: key by key, as its permissions say when
 * it asks. A configuration has 16 KiB at the most, so that much again is kept.
 */
public final class GuestConfig {
  private static final JsonFactory JSON = new JsonFactory();

  private final String config;
  private final GuestPermits permits;

  /** The JSON of each value, by its key, in the manifest's order. */
  private final Map<String, byte[]> values = new LinkedHashMap<>();

  /**
   * @param config a JSON object
   */
  GuestConfig(String config, GuestPermits permits) {
    this.config = config;
    this.permits = permits;
    try (JsonParser from = JSON.createParser(config)) {
      from.nextToken();
      while (from.nextToken() == JsonToken.FIELD_NAME) {
        String key = from.currentName();
        from.nextToken();
        values.put(key, value(from));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] value(JsonParser from) throws IOException {
    StringWriter value = new StringWriter();
    try (JsonGenerator to = JSON.createGenerator(value)) {
      to.copyCurrentStructureExact(from);
    }
    return value.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Whether the guest may ask for a key; a no is counted. */
  boolean isPermitted(String key) {
    return permits.allows(PermissionType.CONFIG, key);
  }

  /** The JSON of a value, whoever asks; null if there is no such key. */
  byte @Nullable [] value(String key) {
    return values.get(key);
  }

  /** An object of all that is allowed; as it stands in the manifest where that is everything. */
  public byte[] json() {
    permits.note(PermissionType.CONFIG, "**");
    if (permits.allowsAll(PermissionType.CONFIG)) {
      return config.getBytes(StandardCharsets.UTF_8);
    }
    return written(to -> {
      to.writeStartObject();
      for (Map.Entry<String, byte[]> entry : values.entrySet()) {
        if (isAllowed(entry.getKey())) {
          to.writeFieldName(entry.getKey());
          to.writeRawValue(new String(entry.getValue(), StandardCharsets.UTF_8));
        }
      }
      to.writeEndObject();
    });
  }

  /** An array of the keys that are allowed. */
  byte[] keys() {
    return written(to -> {
      to.writeStartArray();
      for (String key : values.keySet()) {
        if (isAllowed(key)) {
          to.writeString(key);
        }
      }
      to.writeEndArray();
    });
  }

  private boolean isAllowed(String key) {
    return permits.would(PermissionType.CONFIG, key);
  }

  private static byte[] written(Writing writing) {
    StringWriter text = new StringWriter();
    try (JsonGenerator to = JSON.createGenerator(text)) {
      writing.to(to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  @FunctionalInterface
  private interface Writing {
    void to(JsonGenerator json) throws IOException;
  }
}
