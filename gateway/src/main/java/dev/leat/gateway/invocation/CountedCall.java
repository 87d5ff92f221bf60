package dev.leat.gateway.invocation;

import dev.leat.contract.Input;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import dev.leat.registry.canary.Sampling;

/**
 * A call of a function of which a canary is under way: what it comes to is counted, then its caller
 * is told.
 */
record CountedCall(Sampling.Tally tally, Input input, Invoker.Callback caller)
    implements Invoker.Callback {
  @Override
  public void ended(Outcome outcome) {
    try {
      tally.ended(input, outcome);
    } finally { // whatever becomes of the count, the caller is answered
      caller.ended(outcome);
    }
  }

  @Override
  public boolean begins() {
    return caller.begins();
  }
}
