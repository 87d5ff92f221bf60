package dev.leat.gateway.control.reply;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.registry.capability.ReviewCapabilities.Review;
import java.util.List;

/**
 * What a function asked of the host lately, and what its manifest could be.
 *
 * @param since the first day that counts
 * @param suggested {@code spec.capabilities} with no more than was used
 * @param unused what was left out there
 */
public record CapabilitiesReply(
    String function,
    String version,
    String since,
    List<Use> used,
    JsonNode suggested,
    List<String> unused) {
  /** How often it asked for something. */
  public record Use(String type, String resource, long allowed, long denied) {}

  public static CapabilitiesReply of(Review review) {
    return new CapabilitiesReply(
        review.function().name().value(),
        review.version().version().label(),
        review.since().toString(),
        review.used().entrySet().stream()
            .map(use ->
                new Use(
                    use.getKey().type().word(),
                    use.getKey().resource(),
                    use.getValue().allowed(),
                    use.getValue().denied()))
            .toList(),
        review.suggested(),
        review.unused());
  }
}
