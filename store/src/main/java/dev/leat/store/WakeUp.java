package dev.leat.store;

/**
 * Tells the other nodes of a cluster that something was committed: each then calls {@link
 * ChangeFeed#wake}. A hint only, which may be lost or come for nothing: nodes look by themselves
 * every {@link PolledChangeFeed#EVERY}. Never blocks and never throws.
 */
@FunctionalInterface
public interface WakeUp {
  /** Of a node that has no others, or none that listen. */
  WakeUp NONE = () -> {};

  void others();
}
