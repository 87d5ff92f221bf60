package dev.leat.gateway.control.reply;

import dev.leat.tenants.usage.Amounts;
import dev.leat.tenants.usage.UsageRow;
import dev.leat.tenants.usage.UsageTotal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was used in a minute, an hour or a day; no {@code function} where it is what the tenant has
 * stored.
 */
public record UsageReply(
    String start,
    @Nullable String function,
    long invocations,
    Map<String, Long> outcomes,
    long fuel,
    long initFuel,
    long cpuMillis,
    long memoryMbMillis,
    long bytesIn,
    long bytesOut,
    long outboundCalls,
    long storedBytes) {
  public static UsageReply of(UsageTotal total) {
    Amounts used = total.amounts();
    return new UsageReply(
        UsageRow.begin(total.minute()).toString(),
        total.function().isEmpty() ? null : total.function(),
        used.invocations(),
        total.outcomes(),
        used.fuel(),
        used.initFuel(),
        used.cpuNanos() / 1_000_000,
        used.memoryKbMillis() >> 10,
        used.bytesIn(),
        used.bytesOut(),
        used.outboundCalls(),
        used.storedBytes());
  }
}
