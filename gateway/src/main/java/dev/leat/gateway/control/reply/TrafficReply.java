package dev.leat.gateway.control.reply;

import dev.leat.registry.function.Traffic;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which versions of a function answer calls that name none; {@code weights} in per cent by label,
 * {@code previous} where a rollback goes.
 */
public record TrafficReply(
    String function,
    int revision,
    Map<String, BigDecimal> weights,
    @Nullable String previous,
    @Nullable StickyReply sticky,
    @Nullable String changedAt,
    @Nullable String changedBy) {
  public static TrafficReply of(String function, Traffic traffic) {
    Map<String, BigDecimal> weights = new LinkedHashMap<>();
    traffic
        .slots()
        .weights()
        .forEach((version, slots) -> weights.put("v" + version, percent(slots)));
    boolean isKnown = !traffic.changedAt().equals(Instant.EPOCH);
    return new TrafficReply(
        function,
        traffic.revision(),
        weights,
        traffic.previous().map(version -> "v" + version).orElse(null),
        traffic
            .sticky()
            .map(sticky -> new StickyReply(sticky.kind().word(), sticky.name()))
            .orElse(null),
        isKnown ? traffic.changedAt().toString() : null,
        isKnown ? traffic.changedBy() : null);
  }

  static BigDecimal percent(int slots) {
    return new BigDecimal(Traffic.percent(slots));
  }
}
