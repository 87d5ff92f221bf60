package dev.leat.gateway.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.leat.contract.Headers;
import dev.leat.contract.Problem;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A reply as it goes out.
 *
 * @param problem what is answered instead of all else, or null
 */
record Written(int status, Map<String, String> headers, byte[] body, @Nullable Problem problem) {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .defaultPropertyInclusion(JsonInclude.Value.ALL_NON_NULL)
          .build();

  /** Fields of functions that are left out of what is answered for them later. */
  private static final Set<String> OF_PLATFORM =
      Set.of(
          "connection",
          "content-length",
          "content-security-policy",
          "keep-alive",
          "ratelimit",
          "ratelimit-policy",
          "server-timing",
          "set-cookie",
          "strict-transport-security",
          "traceparent",
          "transfer-encoding",
          "upgrade",
          "x-content-type-options",
          "x-request-id");

  private static final byte[] NO_BODY = new byte[0];

  static Written of(Reply reply) {
    return switch (reply) {
      case Reply.Json json ->
          done(json.status(), with(json.headers(), "application/json"), bytes(json.value()));
      case Reply.Bytes bytes -> done(200, with(Map.of(), bytes.mediaType()), bytes.bytes());
      case Reply.OfFunction(int status, Headers headers, byte[] body) ->
          done(status, ofFunction(status, headers), body);
      case Reply.Done _ -> done(204, Map.of(), NO_BODY);
      case Reply.Refused(Problem problem) -> refused(problem);
    };
  }

  static Written refused(Problem problem) {
    return new Written(problem.code().status(), Map.of(), NO_BODY, problem);
  }

  private static Written done(int status, Map<String, String> headers, byte[] body) {
    return new Written(status, headers, body, null);
  }

  /**
   * A function's fields, of this origin now: none that would act on it, and what a browser may do
   * with the body is nothing.
   */
  private static Map<String, String> ofFunction(int status, Headers headers) {
    Map<String, String> all = new HashMap<>();
    for (int i = 0; i < headers.size(); i++) {
      String name = headers.name(i).toLowerCase(Locale.ROOT);
      if (!OF_PLATFORM.contains(name) && !name.startsWith("leat-")) {
        all.merge(name, headers.value(i), (one, other) -> one + ", " + other);
      }
    }
    all.put("content-security-policy", "sandbox; default-src 'none'");
    all.put("x-content-type-options", "nosniff");
    if (status >= 400) {
      all.put("leat-error-source", "function");
    }
    return all;
  }

  private static Map<String, String> with(Map<String, String> headers, String contentType) {
    Map<String, String> all = new HashMap<>(headers);
    all.put("content-type", contentType);
    return all;
  }

  private static byte[] bytes(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A reply cannot be written as JSON", e);
    }
  }
}
