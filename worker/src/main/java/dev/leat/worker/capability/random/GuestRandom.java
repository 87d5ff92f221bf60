package dev.leat.worker.capability.random;

/** Where guests' random bytes come from. */
@FunctionalInterface
public interface GuestRandom {
  /** Fills the array with the next bytes. */
  void fill(byte[] bytes);
}
