package dev.leat.worker.capability;

import dev.leat.contract.FunctionVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Guest lines in the platform's own log, under the logger {@code leat.guest}, escaped. */
public final class Slf4jGuestLog implements GuestLog {
  private static final Logger LOG = LoggerFactory.getLogger("leat.guest");

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
          } else if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
            escaped.append(String.format("\\u%04x", c));
          } else {
            escaped.appendCodePoint(c);
          }
        });
    return escaped.toString();
  }
}
