package dev.leat.gateway.pipeline;

import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;

/** The {@code Retry-After} field (RFC 9110, 10.2.3). */
public final class RetryAfter {
  private RetryAfter() {}

  public static void put(HttpServerResponse response, Duration duration) {
    response.putHeader("retry-after", Long.toString(seconds(duration)));
  }

  /** Whole seconds, rounded up, since that is all that the field can say. */
  public static long seconds(Duration duration) {
    return Math.max(1, duration.plusMillis(999).toSeconds());
  }
}
