package dev.leat.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/** What a node answered. */
public record Answered(int status, HttpHeaders headers, byte[] body) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  public JsonNode json() {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new AssertionError("Not JSON: " + this, e);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The first value of the field, "" without one. */
  public String header(String name) {
    return headers.firstValue(name).orElse("");
  }

  /** Status, code and source of a problem, or the status alone: {@code 404 not-found gateway}. */
  public String problem() {
    return header("content-type").equals("application/problem+json")
        ? "%d %s %s".formatted(status, json().path("code").asText(), header("leat-error-source"))
        : String.valueOf(status);
  }

  @Override
  public String toString() {
    return status + " " + headers.map() + " " + text();
  }
}
