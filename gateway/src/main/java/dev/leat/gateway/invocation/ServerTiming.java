package dev.leat.gateway.invocation;

import dev.leat.contract.Usage;
import io.netty.util.AsciiString;

/**
 * The {@code Server-Timing} field: where a request's time went, in milliseconds with three
 * decimals. Every answer has one, so it is written as bytes, the form in which it is sent.
 */
final class ServerTiming {
  private static final AsciiString QUEUE = AsciiString.of("queue;dur=");
  private static final AsciiString LOAD = AsciiString.of(", load;dur=");
  private static final AsciiString ACQUIRE = AsciiString.of(", acquire;desc=");
  private static final AsciiString ACQUIRE_TIME = AsciiString.of(";dur=");
  private static final AsciiString EXEC = AsciiString.of(", exec;dur=");
  private static final AsciiString TOTAL = AsciiString.of(", total;dur=");
  private static final AsciiString NONE = AsciiString.of("none");
  private static final AsciiString WARM = AsciiString.of("warm");
  private static final AsciiString RESET = AsciiString.of("reset");
  private static final AsciiString COLD = AsciiString.of("cold");

  /** The words above and five times of 16 digits and a point, which no number of ns exceeds. */
  private static final int LENGTH_MAX = 160;

  private final byte[] field = new byte[LENGTH_MAX];
  private int length;

  private ServerTiming() {}

  /**
   * @param totalNanos from the request's first byte to now; like all times, 0 or more
   */
  static CharSequence of(Usage usage, long totalNanos) {
    ServerTiming field = new ServerTiming().append(QUEUE).millis(usage.queueNanos());
    if (usage.loadNanos() > 0) {
      field.append(LOAD).millis(usage.loadNanos()); // of a cold start, while it was queued
    }
    return field
        .append(ACQUIRE)
        .append(word(usage.acquire()))
        .append(ACQUIRE_TIME)
        .millis(usage.acquireNanos())
        .append(EXEC)
        .millis(usage.execNanos())
        .append(TOTAL)
        .millis(totalNanos)
        .field();
  }

  private static AsciiString word(Usage.Acquire acquire) {
    return switch (acquire) {
      case NONE -> NONE;
      case WARM -> WARM;
      case RESET -> RESET;
      case COLD -> COLD;
    };
  }

  private ServerTiming append(AsciiString word) {
    word.copy(0, field, length, word.length());
    length += word.length();
    return this;
  }

  private ServerTiming millis(long nanos) {
    long micros = nanos / 1_000;
    long millis = micros / 1_000;
    number(millis, digits(millis));
    field[length++] = '.';
    number(micros - millis * 1_000, 3);
    return this;
  }

  private static int digits(long number) {
    int digits = 1;
    for (long rest = number; rest >= 10; rest /= 10) {
      digits++;
    }
    return digits;
  }

  private void number(long number, int digits) {
    long rest = number;
    for (int at = length + digits - 1; at >= length; at--) {
      field[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
  }

  private AsciiString field() {
    return new AsciiString(field, 0, length, false);
  }
}
