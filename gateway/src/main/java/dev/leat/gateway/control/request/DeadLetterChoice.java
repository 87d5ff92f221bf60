package dev.leat.gateway.control.request;

import dev.leat.contract.Answer;
import dev.leat.contract.FunctionName;
import dev.leat.contract.ProblemCode;
import dev.leat.invocations.async.DeadLetterStore.Filter;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters are meant.
 *
 * @param ids these; null for those that fit the others
 * @param since the first instant of their ends; {@code until} the first one no more
 * @param to the version or alias that runs them; null for that of each
 * @param dryRun whether only to say how many it would be; null for no
 */
public record DeadLetterChoice(
    @Nullable List<String> ids,
    @Nullable String function,
    @Nullable String outcome,
    @Nullable String since,
    @Nullable String until,
    @Nullable String to,
    @Nullable Boolean dryRun) {
  public List<String> named() {
    return ids == null ? List.of() : ids;
  }

  public boolean isDryRun() {
    return Boolean.TRUE.equals(dryRun);
  }

  public Answer<Filter> filter() {
    try {
      return Answer.done(
          new Filter(
              Optional.ofNullable(function).map(FunctionName::new),
              Optional.ofNullable(outcome),
              Optional.ofNullable(since).map(Instant::parse),
              Optional.ofNullable(until).map(Instant::parse)));
    } catch (DateTimeException e) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "since and until must be times such as 2026-01-31T12:00:00Z.");
    }
  }
}
