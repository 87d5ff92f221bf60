package dev.leat.worker.guest;

import dev.leat.contract.Invocation;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;

/** An initialised instance that answers invocations. Confined to one thread at a time. */
public interface Guest extends AutoCloseable {
  /**
   * Runs the invocation to its end; throws nothing that the guest can cause.
   *
   * @param loadNanos of these, until its module was loaded
   * @param time which began as this guest was acquired; the call's limits count from then on too,
   *     unless the guest was made for it
   */
  Outcome run(
      Invocation invocation, Usage.Acquire acquire, long queueNanos, long loadNanos, CpuTime time);

  /** What its initialisation used of fuel. */
  long initFuel();

  /** Whether it has run an invocation before. */
  boolean hasServed();

  /**
   * Whether it came up under other permissions than hold now: it may remember what it was told
   * then, so it runs no other call.
   */
  boolean isOutdated();

  /** What it holds of the memory for guests. */
  long heldBytes();

  /**
   * Makes it ready for the next call, as its reuse policy says; false when it is not to be kept.
   */
  boolean recycle();

  /** Gives its memory back; it must not be used any more. */
  @Override
  void close();
}
