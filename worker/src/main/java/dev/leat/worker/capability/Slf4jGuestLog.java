package dev.leat.worker.capability;

import dev.leat.contract.FunctionVersion;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Guest lines in the platform's own log, under the logger {@code leat.guest}, escaped. */
public final class Slf4jGuestLog implements GuestLog {
  private static final Logger LOG = LoggerFactory.getLogger("leat.guest");

  /** What ends lines, turns the writing's direction or is no character at all. */
  private static final Set<Integer> INVISIBLE =
      Set.of(
          (int) Character.FORMAT,
          (int) Character.LINE_SEPARATOR,
          (int) Character.PARAGRAPH_SEPARATOR,
          (int) Character.SURROGATE);

  @Override
  public void line(FunctionVersion version, String invocationId, Level level, String text) {
    LOG.atLevel(org.slf4j.event.Level.valueOf(level.name()))
        .log("function={} request={} text=\"{}\"", version, invocationId, escape(text));
  }

  /** Control characters and quotes as escapes, so that one guest line is one log line. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> {
          if (c == '"' || c == '\\') {
            escaped.append('\\').append((char) c);
          } else if (Character.isISOControl(c) || INVISIBLE.contains(Character.getType(c))) {
            escaped.append(String.format("\\u%04x", c));
          } else {
            escaped.appendCodePoint(c);
          }
        });
    return escaped.toString();
  }
}
