package dev.leat.gateway.control.reply;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.leat.tenants.usage.Amounts;
import dev.leat.tenants.usage.UsageTotal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line of an export: what a tenant's function used in a day or a month of UTC.
 *
 * @param period such as 2026-11-27 or 2026-11
 * @param function absent where it is what the tenant has stored
 */
@JsonPropertyOrder({"tenant", "period", "function"})
public record InvoiceLine(
    String tenant,
    String period,
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
  public static InvoiceLine of(UsageTotal total, String period) {
    Amounts used = total.amounts();
    return new InvoiceLine(
        total.tenant().value(),
        period,
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
