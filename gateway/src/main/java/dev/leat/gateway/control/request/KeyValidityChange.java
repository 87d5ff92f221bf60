package dev.leat.gateway.control.request;

import dev.leat.contract.Answer;
import dev.leat.contract.ProblemCode;
import dev.leat.registry.key.KeyValidity;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a key may sign from now on.
 *
 * @param validFrom null for no bound
 * @param validUntil null for no bound
 */
public record KeyValidityChange(@Nullable String validFrom, @Nullable String validUntil) {
  public Answer<KeyValidity> validity() {
    try {
      return Answer.done(new KeyValidity(instant(validFrom), instant(validUntil)));
    } catch (DateTimeException e) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "validFrom and validUntil must be times such as 2026-01-31T12:00:00Z.");
    } catch (IllegalArgumentException e) {
      return Answer.refused(ProblemCode.INVALID_REQUEST, e.getMessage() + ".");
    }
  }

  /** In milliseconds, as times are kept. */
  private static Optional<Instant> instant(@Nullable String text) {
    return Optional.ofNullable(text)
        .map(Instant::parse)
        .map(instant -> instant.truncatedTo(ChronoUnit.MILLIS));
  }
}
