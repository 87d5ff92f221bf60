package dev.leat.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One instance of a module: its memory, globals and tables, and calls into its exports. Confined to
 * one thread at a time; its owner hands it over safely. Every call is metered by the budget set
 * last.
 */
public interface GuestInstance extends AutoCloseable {
  /** The budget of the calls that follow; resets the meters. */
  void begin(GuestBudget budget);

  /** The index of the exported function of this name, or -1. */
  int function(String exportName);

  /**
   * Calls an exported function.
   *
   * @param function from {@link #function}
   * @return its result; 0 when it has none
   * @throws GuestStopped when it did not return
   */
  long call(int function, long... arguments);

  GuestMemory memory();

  /** Takes fuel for work that the host did on the guest's behalf; may throw like a guest call. */
  void charge(long fuel);

  /** Waits, for a host function; meanwhile another guest may have the processor. */
  void restUntil(long nanoTime);

  /**
   * Waits, for a host function, until the work is done, but not longer than so; meanwhile another
   * guest may have the processor.
   *
   * @return whether it is done
   * @throws GuestStopped when the call is to end before: its deadline is reached, or it was given
   *     up
   */
  boolean restUntilDone(CompletableFuture<?> work, Duration atMost);

  /** Fuel used since {@link #begin}, never above the budget. */
  long fuelUsed();

  /** How long it has waited for what is not the processor since {@link #begin}. */
  long restedNanos();

  /**
   * Bytes that host functions have copied out of its memory and into it since it was made; not
   * those that they read or wrote one number at a time.
   */
  long copiedBytes();

  /** The memory's largest size since {@link #begin}, in bytes. */
  long peakMemoryBytes();

  /** What it holds of the {@link GuestHeap}: memory and its snapshot, tables, globals. */
  long heldBytes();

  /**
   * Remembers the present state as the one that {@link #reset} puts back.
   *
   * @throws GuestStopped of reason {@code NO_ROOM} if the heap for guests has no room for a copy of
   *     it; there is nothing to reset to then, and the instance is to be closed
   */
  void snapshot();

  /** Puts memory, globals, tables and dropped segments back to the snapshot. */
  void reset();

  /** Gives its memory back; it must not be used any more. Further calls do nothing. */
  @Override
  void close();

  /** What the host functions of the running call work on; set by the owner for each call. */
  @Nullable Object attachment();

  void attach(@Nullable Object attachment);
}
