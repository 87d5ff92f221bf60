package dev.leat.worker.guest;

import dev.leat.engine.GuestStopped;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The rules for header fields that guests set. A field that could split the response or that
 * belongs to the connection never reaches the client (RFC 9110, 5.5 and 7.6.1).
 */
final class ResponseHeaders {
  static final int FIELDS_MAX = 64;
  static final int CHARACTERS_MAX = 16_384;

  /** The server sets these; a guest's own are left out, as CGI programs commonly send some. */
  private static final Set<String> SERVER_OWNED =
      Set.of(
          "connection",
          "content-length",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private ResponseHeaders() {}

  static void add(List<Map.Entry<String, String>> headers, String name, String value) {
    if (name.length() > CHARACTERS_MAX || value.length() > CHARACTERS_MAX) {
      throw tooLarge();
    }
    if (!isToken(name)) {
      throw GuestStopped.trapped("a response header's name is not a token");
    }
    if (!isFieldValue(value)) {
      throw GuestStopped.trapped("the response header " + name + " holds a control character");
    }
    if (SERVER_OWNED.contains(name.toLowerCase(Locale.ROOT))) {
      return;
    }
    int characters = name.length() + value.length();
    for (Map.Entry<String, String> header : headers) {
      characters += header.getKey().length() + header.getValue().length();
    }
    if (headers.size() >= FIELDS_MAX || characters > CHARACTERS_MAX) {
      throw tooLarge();
    }
    headers.add(Map.entry(name, value));
  }

  private static GuestStopped tooLarge() {
    return GuestStopped.trapped(
        "the response headers exceed %d fields or %d characters"
            .formatted(FIELDS_MAX, CHARACTERS_MAX));
  }

  static boolean isToken(String name) {
    return !name.isEmpty()
        && name.chars()
            .allMatch(c ->
                (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
  }

  /** Visible Latin-1 characters, spaces and tabs. */
  static boolean isFieldValue(String value) {
    return value
        .chars()
        .allMatch(c -> c == '\t' || (c >= ' ' && c < 0x7f) || (c > 0x9f && c < 0x100));
  }
}
