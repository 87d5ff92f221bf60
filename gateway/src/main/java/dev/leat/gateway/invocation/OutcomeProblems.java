package dev.leat.gateway.invocation;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Outcome;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import java.time.Duration;

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
      case Outcome.TimedOut timedOut -> timedOut(version, timedOut.limit());
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
      case Outcome.StoreUnavailable unavailable ->
          problem(
              ProblemCode.STORE_UNAVAILABLE,
              "Function '%s' did not run: %s. Try again later."
                  .formatted(version, unavailable.reason()));
      case Outcome.Unrunnable unrunnable ->
          problem(
              ProblemCode.FUNCTION_UNRUNNABLE,
              "Function '%s' cannot be run: %s.".formatted(version, unrunnable.reason()));
      case Outcome.Tampered tampered ->
          problem(
              ProblemCode.MODULE_TAMPERED,
              "Function '%s' did not run: %s.".formatted(version, tampered.reason()));
      case Outcome.WorkerLost lost -> lost(version, lost.started());
    };
  }

  private static Problem timedOut(FunctionVersion version, Duration limit) {
    return limit.compareTo(version.limits().timeout()) < 0
        ? problem(
            ProblemCode.FUNCTION_TIMEOUT,
            "Function '%s' ran longer than the %d ms that were left of the time for the whole call. Try again later."
                .formatted(version, limit.toMillis()))
        : problem(
            ProblemCode.FUNCTION_TIMEOUT,
            "Function '%s' ran longer than its limit of %d ms. Raise limits.timeout or do less."
                .formatted(version, limit.toMillis()));
  }

  private static Problem lost(FunctionVersion version, boolean started) {
    return started
        ? problem(
            ProblemCode.WORKER_LOST,
            "The worker of function '%s' was lost while the call may have run. Repeat it only if running twice does no harm."
                .formatted(version))
        : problem(
            ProblemCode.WORKER_UNAVAILABLE,
            "No worker could begin the call of function '%s'; nothing ran. Try again later."
                .formatted(version));
  }

  private static Problem problem(ProblemCode code, String detail) {
    return Problem.of(code, detail);
  }
}
