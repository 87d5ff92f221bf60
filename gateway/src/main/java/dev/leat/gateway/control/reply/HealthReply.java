package dev.leat.gateway.control.reply;

import org.jspecify.annotations.Nullable;

/**
 * How the node is: {@code live} or {@code ready}.
 *
 * @param database {@code away} where it is ready without one
 */
public record HealthReply(String status, @Nullable String database) {
  public static HealthReply of(String status) {
    return new HealthReply(status, null);
  }
}
