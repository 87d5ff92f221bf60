package dev.leat.tenants;

import java.time.Duration;

/**
 * So many in a time, evenly, and so many at once after a pause.
 *
 * @param tokens at least 1
 * @param per a second at least, an hour at most
 * @param burst at least 1
 */
public record RateLimit(long tokens, Duration per, long burst) {
  private static final Duration SECOND = Duration.ofSeconds(1);

  public static RateLimit perSecond(long tokens, long burst) {
    return new RateLimit(tokens, SECOND, burst);
  }

  /** The whole of it may come at once. */
  public static RateLimit of(long tokens, Duration per) {
    return new RateLimit(tokens, per, tokens);
  }
}
