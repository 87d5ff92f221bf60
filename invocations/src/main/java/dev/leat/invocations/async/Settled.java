package dev.leat.invocations.async;

import dev.leat.contract.Outcome;
import java.time.Duration;
import java.util.Optional;

/** What is to be written of an invocation that a node had taken. */
public sealed interface Settled {
  QueuedInvocation invocation();

  /**
   * The function answered.
   *
   * @param next what is accepted with it
   * @param kept the name of the answer's body in the {@link BodyStore}, if it was kept ahead
   */
  record Answered(
      QueuedInvocation invocation,
      Outcome.Responded response,
      Duration keep,
      Optional<NewInvocation> next,
      Optional<String> kept)
      implements Settled {
    /** One whose body was not kept ahead. */
    public Answered(
        QueuedInvocation invocation,
        Outcome.Responded response,
        Duration keep,
        Optional<NewInvocation> next) {
      this(invocation, response, keep, next, Optional.empty());
    }
  }

  /**
   * It is tried again.
   *
   * @param isCounted false when nothing ran, so that no attempt was used
   */
  record Again(
      QueuedInvocation invocation, Duration delay, boolean isCounted, String ending, String reason)
      implements Settled {}

  /**
   * It is not tried again.
   *
   * @param isTried whether it was tried as often or as long as it may be; else its ending is one
   *     that is not tried again
   * @param next what is accepted with it
   */
  record GivenUp(
      QueuedInvocation invocation,
      boolean isTried,
      String ending,
      String reason,
      long fuel,
      Duration keep,
      Optional<NewInvocation> next)
      implements Settled {}

  /** Its caller gave it up. */
  record Cancelled(QueuedInvocation invocation, Duration keep) implements Settled {}
}
