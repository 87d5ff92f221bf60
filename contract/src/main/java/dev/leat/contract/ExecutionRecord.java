package dev.leat.contract;

import java.time.Instant;

/**
 * What is kept of one invocation that reached a worker.
 *
 * @param id the invocation's id
 * @param version the version's number
 * @param module the digest of the module that ran; "" where it is not known
 * @param caller the subject of the caller's token; "" for none
 * @param endedAt when it ended
 * @param outcome {@link Outcome#word()}
 * @param error what went wrong, at most {@link #ERROR_CHARS_MAX} characters; "" when the function
 *     answered
 * @param usage what it used
 */
public record ExecutionRecord(
    String id,
    FunctionRef function,
    int version,
    String module,
    String caller,
    Instant endedAt,
    String outcome,
    String error,
    Usage usage) {
  public static final int ERROR_CHARS_MAX = 500;

  public ExecutionRecord {
    error = error.length() <= ERROR_CHARS_MAX ? error : error.substring(0, ERROR_CHARS_MAX);
  }

  /** The record of an invocation that ended so. */
  public static ExecutionRecord of(Invocation invocation, Outcome outcome, Instant endedAt) {
    FunctionVersion target = invocation.target();
    String caller = invocation.origin().caller();
    return new ExecutionRecord(
        invocation.id(),
        target.function(),
        target.number(),
        target.module().toString(),
        caller == null ? "" : caller,
        endedAt,
        outcome.word(),
        outcome.error(),
        outcome.usage());
  }

  /** Whether the function answered, be it with an error status of its own. */
  public boolean isSuccess() {
    return outcome.equals(Outcome.Responded.WORD);
  }
}
