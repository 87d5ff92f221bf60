package dev.leat.gateway.control.reply;

import dev.leat.contract.ExecutionRecord;
import dev.leat.contract.HostCalls;
import dev.leat.contract.Usage;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A record of an invocation; no {@code error} when the function answered, no {@code caller} when it
 * was called without a token, no {@code hostCalls} when the host did nothing for it.
 */
public record InvocationReply(
    String id,
    String function,
    int version,
    @Nullable String module,
    @Nullable String caller,
    String endedAt,
    String outcome,
    @Nullable String error,
    long fuel,
    long initFuel,
    long peakMemoryBytes,
    String acquire,
    long queueMicros,
    long acquireMicros,
    long execMicros,
    long cpuMicros,
    @Nullable Map<String, HostCallsReply> hostCalls) {
  public static InvocationReply of(ExecutionRecord record) {
    Usage usage = record.usage();
    return new InvocationReply(
        record.id(),
        record.function().name().value(),
        record.version(),
        unlessEmpty(record.module()),
        unlessEmpty(record.caller()),
        record.endedAt().toString(),
        record.outcome(),
        record.isSuccess() ? null : record.error(),
        usage.fuel(),
        usage.initFuel(),
        usage.peakMemoryBytes(),
        usage.acquire().name().toLowerCase(Locale.ROOT),
        usage.queueNanos() / 1_000,
        usage.acquireNanos() / 1_000,
        usage.execNanos() / 1_000,
        usage.cpuNanos() / 1_000,
        HostCallsReply.of(usage.hostCalls()));
  }

  /** What the host did for it by one power. */
  public record HostCallsReply(long calls, long micros, long bytes) {
    static @Nullable Map<String, HostCallsReply> of(HostCalls calls) {
      Map<String, HostCallsReply> byPower = new TreeMap<>();
      calls
          .powers()
          .forEach(of ->
              byPower.put(
                  of.power(), new HostCallsReply(of.calls(), of.nanos() / 1_000, of.bytes())));
      return byPower.isEmpty() ? null : byPower;
    }
  }

  private static @Nullable String unlessEmpty(String text) {
    return text.isEmpty() ? null : text;
  }
}
