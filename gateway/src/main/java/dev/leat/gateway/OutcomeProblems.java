package dev.leat.gateway;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Outcome;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;

/** What a caller is told when a function did not answer. */
final class OutcomeProblems {
  private OutcomeProblems() {}

  /** Every ending but {@link Outcome.Responded}, which is no problem. */
  static Problem of(FunctionVersion version, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Responded responded ->
          throw new IllegalArgumentException("A response is no problem: " + responded.status());
      case Outcome.GuestFailed failed -> problem(ProblemCode.FUNCTION_FAILED, failed.message());
      case Outcome.Trapped trapped ->
          problem(
              ProblemCode.FUNCTION_TRAPPED,
              "Function '%s' trapped: %s.".formatted(version, trapped.reason()));
      case Outcome.StackExhausted _ ->
          problem(
              ProblemCode.STACK_EXHAUSTED,
              "Function '%s' nested its calls deeper than the stack holds. Recurse less deeply, or keep less on the stack."
                  .formatted(version));
      case Outcome.TimedOut timedOut ->
          problem(
              ProblemCode.FUNCTION_TIMEOUT,
              "Function '%s' ran longer than its limit of %d ms. Raise limits.timeout or do less."
                  .formatted(version, timedOut.limit().toMillis()));
      case Outcome.FuelExhausted exhausted ->
          problem(
              ProblemCode.FUEL_EXHAUSTED,
              "Function '%s' used its %d units of fuel. Raise limits.fuel or do less."
                  .formatted(version, exhausted.limit()));
      case Outcome.MemoryExceeded exceeded ->
          problem(
              ProblemCode.MEMORY_EXCEEDED,
              "Function '%s' needs more than its %d bytes of memory. Raise limits.memory."
                  .formatted(version, exceeded.limitBytes()));
      case Outcome.ResponseTooLarge large ->
          problem(
              ProblemCode.RESPONSE_TOO_LARGE,
              "Function '%s' answered with %d bytes, its limit is %d. Raise limits.response."
                  .formatted(version, large.bytes(), large.limitBytes()));
      case Outcome.Cancelled _ ->
          problem(ProblemCode.CLIENT_CLOSED, "The client closed the connection.");
      case Outcome.Overloaded overloaded ->
          problem(ProblemCode.OVERLOADED, overloaded.reason() + ". Try again later.");
      case Outcome.Unrunnable unrunnable ->
          problem(
              ProblemCode.FUNCTION_UNRUNNABLE,
              "Function '%s' cannot be run: %s.".formatted(version, unrunnable.reason()));
    };
  }

  private static Problem problem(ProblemCode code, String detail) {
    return Problem.of(code, detail);
  }
}
