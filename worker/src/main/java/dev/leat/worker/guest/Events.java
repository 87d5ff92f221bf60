package dev.leat.worker.guest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.Invocation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;

/**
 * The event that a processor is called with over HTTP: the body when it is one (a JSON object with
 * {@code id} and {@code data}), else an event around the body.
 */
final class Events {
  private static final ObjectMapper JSON = new ObjectMapper();

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
    if (parsed == null) {
      event.put("data", new String(body, StandardCharsets.UTF_8));
    } else {
      event.set("data", parsed);
    }
    event.putObject("metadata");
    try {
      return JSON.writeValueAsBytes(event);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree of JSON nodes can always be written", e);
    }
  }

  /** The body as JSON; null when it is empty or none. */
  private static @org.jspecify.annotations.Nullable JsonNode parse(byte[] body) {
    try {
      JsonNode parsed = JSON.readTree(body);
      return parsed == null || parsed.isMissingNode() ? null : parsed;
    } catch (JsonProcessingException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException("Reading from memory", e);
    }
  }
}
