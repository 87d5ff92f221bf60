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

/**
 * What an instance was given of its manifest's configuration.
 *
 * @param json an object
 */
public record GuestConfig(String json) {
  /** What a guest is given that was not granted it. */
  public static final GuestConfig NONE = new GuestConfig("{}");

  private static final JsonFactory JSON = new JsonFactory();

  /** Of a configuration what the instance may have. */
  static GuestConfig of(String config, GuestPermits permits) {
    if (permits.allowsAll(PermissionType.CONFIG)) {
      return new GuestConfig(config);
    }
    StringWriter allowed = new StringWriter();
    try (JsonParser from = JSON.createParser(config);
        JsonGenerator to = JSON.createGenerator(allowed)) {
      to.writeStartObject();
      from.nextToken();
      while (from.nextToken() == JsonToken.FIELD_NAME) {
        boolean isAllowed = permits.would(PermissionType.CONFIG, from.currentName());
        if (isAllowed) {
          to.writeFieldName(from.currentName());
        }
        from.nextToken();
        if (isAllowed) {
          to.copyCurrentStructure(from);
        } else {
          from.skipChildren();
        }
      }
      to.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new GuestConfig(allowed.toString());
  }
}
