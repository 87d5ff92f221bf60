package dev.leat.invocations.async;

import dev.leat.contract.AsyncPolicy;
import dev.leat.contract.Outcome;

/**
 * Which endings are tried again. docs/RELIABILITY.md has the same table.
 *
 * <p>What may pass by itself is tried again: time, a worker that was lost, what the guest says of
 * itself. What the same input will most likely do again is not, unless the function's manifest asks
 * for it. Where nothing ran, no attempt is used.
 */
enum Verdict {
  /** The function answered. */
  ANSWERED,
  /** An attempt was used; it may be tried again. */
  AGAIN,
  /** Nothing ran; it is tried again, for as long as it is not too old. */
  NOT_BEGUN,
  /** Trying again would not help. */
  GIVEN_UP;

  static Verdict of(Outcome outcome, AsyncPolicy policy) {
    return switch (outcome) {
      case Outcome.Responded responded ->
          responded.status() >= 500 && policy.retryOn().contains(AsyncPolicy.SERVER_ERROR)
              ? AGAIN
              : ANSWERED;
      case Outcome.Overloaded _, Outcome.StoreUnavailable _ -> NOT_BEGUN;
      case Outcome.WorkerLost lost -> lost.started() ? AGAIN : NOT_BEGUN;
      case Outcome.TimedOut _, Outcome.GuestFailed _, Outcome.Cancelled _ -> AGAIN;
      case Outcome.Trapped _,
          Outcome.StackExhausted _,
          Outcome.FuelExhausted _,
          Outcome.MemoryExceeded _,
          Outcome.ResponseTooLarge _,
          Outcome.Unrunnable _ ->
          policy.retryOn().contains(outcome.word()) ? AGAIN : GIVEN_UP;
      case Outcome.Tampered _ -> GIVEN_UP;
    };
  }
}
