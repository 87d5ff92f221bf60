package dev.leat.worker.guest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.leat.contract.Invocation;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The event that a processor is called with over HTTP: the body when it is one (a JSON object with
 * {@code id} and {@code data}), else an event around the body.
 */
final class Events {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final InstantSource clock;

  Events(InstantSource clock) {
    this.clock = clock;
  }

  byte[] of(Invocation invocation) {
    byte[] body = invocation.call().body();
    JsonNode parsed = parse(body);
    if (parsed != null && parsed.isObject() && parsed.has("id") && parsed.has("data")) {
      return body;
    }
    ObjectNode event = JSON.createObjectNode();
    event.put("id", invocation.id());
    event.put("timestamp", clock.millis());
    String text = new String(body, StandardCharsets.UTF_8);
    if (parsed == null) {
      event.put("data", text);
    } else {
      event.putRawValue("data", new RawValue(text)); // as it came: numbers keep all their digits
    }
    event.putObject("metadata");
    try {
      return JSON.writeValueAsBytes(event);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree of JSON nodes can always be written", e);
    }
  }

  /** The body as JSON in UTF-8; null when it is none. */
  private static @Nullable JsonNode parse(byte[] body) {
    try {
      JsonNode parsed = JSON.readTree(new String(body, StandardCharsets.UTF_8));
      return parsed.isMissingNode() ? null : parsed;
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}
