package dev.leat.gateway.control;

import dev.leat.contract.Problem;

/** Whether the node should get requests now. */
public sealed interface Readiness {
  /** It should. */
  record Ready() implements Readiness {}

  /** It should, for what it can do while its database is away. */
  record ReadyWithoutDatabase() implements Readiness {}

  /** It should not, and why. */
  record Unready(Problem why) implements Readiness {}
}
