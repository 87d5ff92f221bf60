package dev.leat.worker.capability.logging;

import dev.leat.contract.trace.TraceParent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Guest lines in the platform's own log, under the logger {@code leat.guest}, escaped. */
public final class Slf4jGuestLog implements GuestLog {
  private static final Logger LOG = LoggerFactory.getLogger("leat.guest");

  /**
   * What a line takes beside its text: time, level, thread, logger, the function, the request, the
   * trace.
   */
  private static final int LINE_BYTES = 250;

  @Override
  public int line(From from, Level level, String text) {
    org.slf4j.event.Level kept = org.slf4j.event.Level.valueOf(level.name());
    if (!LOG.isEnabledForLevel(kept)) {
      return 0;
    }
    LogText line = new LogText(text);
    String trace = from.trace();
    if (trace == null) {
      LOG.atLevel(kept)
          .log("function={} request={} text=\"{}\"", from.version(), from.invocationId(), line);
    } else {
      LOG.atLevel(kept)
          .log(
              "function={} request={} trace={} span={} text=\"{}\"",
              from.version(),
              from.invocationId(),
              TraceParent.traceId(trace),
              TraceParent.spanId(trace),
              line);
    }
    return LINE_BYTES + utf8Bytes(line.toString());
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
