package dev.leat.worker.capability.logging;

import java.util.HexFormat;

/**
 * A text of somebody else's in the log: hostile. In a line of text it stands escaped; a log that
 * writes objects escapes by itself, and takes it raw.
 */
public final class LogText {
  private static final HexFormat HEX = HexFormat.of();

  private final String raw;
  private final String escaped;

  public LogText(String raw) {
    this.raw = raw;
    this.escaped = escape(raw);
  }

  public String raw() {
    return raw;
  }

  @Override
  public String toString() {
    return escaped;
  }

  /** Control characters and quotes as escapes, so that it is one log line. */
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
}
