package dev.leat.worker.guest;

import dev.leat.contract.Headers;
import dev.leat.engine.GuestStopped;
import java.util.Locale;
import java.util.Set;

/**
 * The header fields that a guest sets, by the rules for them. A field that could split the response
 * or that belongs to the connection never reaches the client (RFC 9110, 5.5 and 7.6.1). Confined to
 * the guest's thread.
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

  private final Headers.Builder fields = new Headers.Builder();
  private int count;
  private int characters;

  Headers build() {
    return fields.build();
  }

  void add(String name, String value) {
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
    characters += name.length() + value.length();
    count++;
    if (count > FIELDS_MAX || characters > CHARACTERS_MAX) {
      throw tooLarge();
    }
    fields.add(name, value);
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
