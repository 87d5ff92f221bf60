package dev.leat.gateway.pipeline;

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

  private static final int TRACE_END = 36;
  private static final int FLAGS = 53;

  private TraceParent() {}

  /** The same trace with a span of our own; null when the caller sent none that is valid. */
  static @Nullable String next(@Nullable String inbound) {
    if (inbound == null || !VALID.matcher(inbound).matches()) {
      return null;
    }
    String span = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong() | 1);
    return inbound.substring(0, TRACE_END) + span + "-" + inbound.substring(FLAGS);
  }
}
