package dev.leat.worker.guest;

import dev.leat.contract.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A CGI program's output taken apart (RFC 3875, 6): header fields, a blank line, the body. Output
 * that does not start with a header field is a plain body.
 */
record CgiResponse(int status, Headers headers, byte[] body) {
  private static final int HEADERS_MAX = 16_384;
  private static final Headers PLAIN = Headers.of("content-type", "text/plain; charset=utf-8");

  static CgiResponse of(byte[] output) {
    CgiResponse parsed = parse(output);
    return parsed == null ? new CgiResponse(200, PLAIN, output) : parsed;
  }

  private static @Nullable CgiResponse parse(byte[] output) {
    Headers.Builder fields = new Headers.Builder();
    int status = 200;
    int at = 0;
    while (true) {
      int end = lineEnd(output, at);
      if (end < 0) {
        return null;
      }
      int next = end + 1;
      String line = new String(output, at, end - at, StandardCharsets.ISO_8859_1).stripTrailing();
      at = next;
      if (line.isEmpty()) {
        break;
      }
      int colon = line.indexOf(':');
      if (colon < 0 || !ResponseHeaders.isToken(line.substring(0, colon))) {
        return null;
      }
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      String value = line.substring(colon + 1).strip();
      if (name.equals("status")) {
        status = status(value);
      } else {
        fields.add(name, value);
        status = name.equals("location") && status == 200 ? 302 : status;
      }
    }
    Headers headers = fields.build();
    return headers.size() == 0 && status == 200
        ? null
        : new CgiResponse(status, headers, Arrays.copyOfRange(output, at, output.length));
  }

  private static int lineEnd(byte[] output, int from) {
    for (int i = from; i < Math.min(output.length, HEADERS_MAX); i++) {
      if (output[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  /** The three digits that a Status field starts with; 0, which no response may have, otherwise. */
  private static int status(String value) {
    return value.matches("[0-9]{3}( .*)?") ? Integer.parseInt(value.substring(0, 3)) : 0;
  }
}
