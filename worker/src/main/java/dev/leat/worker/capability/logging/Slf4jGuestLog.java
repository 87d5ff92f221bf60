package dev.leat.worker.capability.logging;

import dev.leat.contract.FunctionVersion;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Guest lines in the platform's own log, under the logger {@code leat.guest}, escaped. */
public final class Slf4jGuestLog implements GuestLog {
  private static final Logger LOG = LoggerFactory.getLogger("leat.guest");

  /** What a line takes beside its text: time, level, thread, logger, the function, the request. */
  private static final int LINE_BYTES = 200;

  private static final HexFormat HEX = HexFormat.of();

  @Override
  public int line(FunctionVersion version, String invocationId, Level level, String text) {
    org.slf4j.event.Level kept = org.slf4j.event.Level.valueOf(level.name());
    if (!LOG.isEnabledForLevel(kept)) {
      return 0;
    }
    String escaped = escape(text);
    LOG.atLevel(kept).log("function={} request={} text=\"{}\"", version, invocationId, escaped);
    return LINE_BYTES + utf8Bytes(escaped);
  }

  /** Control characters and quotes as escapes, so that one guest line is one log line. */
  static String escape(String text) {
    int plain = 0;
    while (plain < text.length() && isPlain(text.charAt(plain))) {
      plain++;
    }
    if (plain == text.length()) {
      return text;
    }
    StringBuilder escaped = new StringBuilder(text.length() + 64).append(text, 0, plain);
    for (int at = plain; at < text.length(); ) {
      int c = text.codePointAt(at);
      at += Character.charCount(c);
      if (c == '"' || c == '\\') {
        escaped.append('\\').append((char) c);
      } else if (isHidden(c)) {
        escaped.append("\\u").append(HEX.toHexDigits(c, c > 0xffff ? 6 : 4));
      } else {
        escaped.appendCodePoint(c);
      }
    }
    return escaped.toString();
  }

  /** Most of what is logged. */
  private static boolean isPlain(char c) {
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
  }

  /** Whether it ends lines, turns the writing's direction or is no character at all. */
  private static boolean isHidden(int c) {
    if (c < 0x80) {
      return c < ' ' || c == 0x7f;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  private static int utf8Bytes(String text) {
    int bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // Two halves of a surrogate pair are four bytes together.
      bytes += c < 0x80 ? 0 : c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
    }
    return bytes;
  }
}
