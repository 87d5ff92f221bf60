package dev.leat.invocations.async;

import dev.leat.contract.FunctionVersion;

/** What calls that somebody waits for ask of this node's worker. Never blocks; any thread. */
public interface Pressure {
  /** Whether calls wait for a thread: they go first, whoever's they are. */
  boolean isFull();

  /** Whether calls of this version wait for an instance: its other calls go first. */
  boolean isCrowded(FunctionVersion version);
}
