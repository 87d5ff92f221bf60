package dev.leat.contract;

/**
 * The one method that an invocation travels through: from the gateway to the scheduler, and from
 * the scheduler to a worker, here or on another node.
 *
 * <ol>
 *   <li>It returns at once; it never blocks the caller's thread.
 *   <li>{@link Callback#ended} is called exactly once, on whichever thread the invocation ended.
 *   <li>It throws nothing: every ending is an {@link Outcome}.
 *   <li>{@link Callback#begins} is called at most once, just before anything of a guest runs for
 *       it; where it says no, nothing runs and the invocation ends as {@link Outcome.Cancelled}.
 *   <li>A guest runs at most once for it. So only what certainly did not run is handed on to
 *       another worker: {@link Outcome.Overloaded}, or {@link Outcome.WorkerLost} before it
 *       started.
 *   <li>When its deadline passes while it waits, it ends as {@link Outcome.Overloaded} within a
 *       second, since nothing ran; a guest that runs gets no more time than what is left, and then
 *       ends as {@link Outcome.TimedOut}.
 *   <li>When its {@link Cancellation} comes while it waits, be it for an instance, its module or a
 *       thread, it leaves what it waits in and ends as {@link Outcome.Cancelled}, before {@code
 *       cancel} returns; one that runs does so at its guest's next budget check.
 *   <li>Once {@code ended} was called, nothing keeps the invocation, so that its body's memory may
 *       be given back. The thread that it ran on may need a moment more.
 * </ol>
 */
public interface Invoker {
  void invoke(Invocation invocation, Callback callback);

  /**
   * Runs what invokes several times, on the caller's thread and no other. Until it is through, what
   * need be done but once for all of them may wait, such as waking who runs them.
   *
   * @param invocations must not wait for an ending
   */
  default void together(Runnable invocations) {
    invocations.run();
  }

  /** Whoever waits for the end of an invocation. */
  @FunctionalInterface
  interface Callback {
    /** It has ended, and how. Must be brief, and throw nothing. */
    void ended(Outcome outcome);

    /**
     * A guest's thread is about to run it: the last moment at which it can be taken back, for one
     * who may have handed it to another worker meanwhile.
     *
     * @return whether it may run. Called on the guest's thread; may take the time of a round trip
     *     to another node, and no longer
     */
    default boolean begins() {
      return true;
    }
  }
}
