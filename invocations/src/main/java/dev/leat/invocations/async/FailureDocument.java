package dev.leat.invocations.async;

import dev.leat.contract.VersionRef;
import java.nio.charset.StandardCharsets;

/** What a function or a server is told of an invocation that has no answer, as JSON. */
final class FailureDocument {
  private FailureDocument() {}

  static byte[] of(
      String id,
      VersionRef version,
      InvocationState state,
      int attempts,
      String ending,
      String reason) {
    StringBuilder json = new StringBuilder(256);
    json.append('{');
    text(json, "id", id).append(',');
    text(json, "function", version.function().name().value()).append(',');
    json.append("\"version\":").append(version.number()).append(',');
    text(json, "state", state.word()).append(',');
    json.append("\"attempts\":").append(attempts).append(',');
    text(json, "ending", ending).append(',');
    text(json, "reason", reason);
    return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  private static StringBuilder text(StringBuilder json, String key, String value) {
    json.append('"').append(key).append("\":\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) { // half a pair is no text in UTF-8
        json.append("\\u%04x".formatted((int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"');
  }
}
