package dev.leat.contract.trace;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The {@code traceparent} field that hands a trace on (W3C Trace Context, 3.2). */
public final class TraceParent {
  public static final String FIELD = "traceparent";

  /** Ids that are all zeros are invalid. */
  private static final Pattern VALID =
      Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

  private static final int LENGTH = 55;
  private static final int TRACE_START = 3;
  private static final int TRACE_END = 35;
  private static final int SPAN_START = 36;
  private static final int SPAN_END = 52;
  private static final int FLAGS = 53;

  private TraceParent() {}

  /** Whether this is what a caller may send. However long it is, that is seen at once. */
  public static boolean isValid(@Nullable String field) {
    return field != null && field.length() == LENGTH && VALID.matcher(field).matches();
  }

  /** The same trace with a span of our own; null when the caller sent none that is valid. */
  public static @Nullable String next(@Nullable String inbound) {
    return inbound != null && isValid(inbound) ? child(inbound) : null;
  }

  /** The same trace, and whether it is sampled, with another span. */
  public static String child(String context) {
    return context.substring(0, SPAN_START) + span() + context.substring(SPAN_END);
  }

  /** A new trace, with its first span. */
  public static String root(boolean isSampled) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return "00-"
        + hex.toHexDigits(random.nextLong())
        + hex.toHexDigits(random.nextLong() | 1)
        + "-"
        + span()
        + (isSampled ? "-01" : "-00");
  }

  private static String span() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong() | 1);
  }

  /** Whether who began the trace keeps it. */
  public static boolean isSampled(String context) {
    return (Character.digit(context.charAt(FLAGS + 1), 16) & 1) == 1;
  }

  /** The same context of a trace that is not kept. */
  public static String unsampled(String context) {
    return context.substring(0, FLAGS) + "00";
  }

  public static String traceId(String context) {
    return context.substring(TRACE_START, TRACE_END);
  }

  public static String spanId(String context) {
    return context.substring(SPAN_START, SPAN_END);
  }
}
