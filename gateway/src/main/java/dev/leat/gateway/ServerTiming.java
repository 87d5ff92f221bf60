package dev.leat.gateway;

import dev.leat.contract.Usage;

/** The {@code Server-Timing} field: where a request's time went, in milliseconds. */
final class ServerTiming {
  private ServerTiming() {}

  static String of(Usage usage, long totalNanos) {
    StringBuilder field = new StringBuilder(96);
    field.append("queue;dur=");
    appendMillis(field, usage.queueNanos());
    field.append(", acquire;desc=").append(word(usage.acquire())).append(";dur=");
    appendMillis(field, usage.acquireNanos());
    field.append(", exec;dur=");
    appendMillis(field, usage.execNanos());
    field.append(", total;dur=");
    appendMillis(field, totalNanos);
    return field.toString();
  }

  private static String word(Usage.Acquire acquire) {
    return switch (acquire) {
      case NONE -> "none";
      case WARM -> "warm";
      case RESET -> "reset";
      case COLD -> "cold";
    };
  }

  /** Three decimals, without the cost of a formatter. */
  private static void appendMillis(StringBuilder field, long nanos) {
    long micros = nanos / 1_000;
    long fraction = micros % 1_000;
    field.append(micros / 1_000).append('.');
    if (fraction < 100) {
      field.append('0');
    }
    if (fraction < 10) {
      field.append('0');
    }
    field.append(fraction);
  }
}
