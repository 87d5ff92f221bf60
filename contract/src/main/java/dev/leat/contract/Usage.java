package dev.leat.contract;

/**
 * What one invocation used.
 *
 * @param fuel units consumed, the same however the instance came about
 * @param initFuel units that initialising its instance consumed, where it had to wait for that; 0
 *     when the instance was there
 * @param peakMemoryBytes the guest memory's size at its largest
 * @param acquire how its instance came about
 * @param queueNanos from arrival at the worker to the start of a guest thread
 * @param loadNanos of these, until its module was loaded; 0 when it was there
 * @param acquireNanos to make the instance; 0 when one was idle
 * @param execNanos inside the guest and its host calls
 * @param cpuNanos of the processor, by the guest and, where it had to wait for that, by
 *     initialising its instance
 * @param hostCalls what the host did for the guest, initialising not included
 */
public record Usage(
    long fuel,
    long initFuel,
    long peakMemoryBytes,
    Acquire acquire,
    long queueNanos,
    long loadNanos,
    long acquireNanos,
    long execNanos,
    long cpuNanos,
    HostCalls hostCalls) {
  /** Nothing ran. */
  public static final Usage NONE = new Usage(0, 0, 0, Acquire.NONE, 0, 0, 0, 0);

  /** Without any call of the host, of a module that was there. */
  public Usage(
      long fuel,
      long initFuel,
      long peakMemoryBytes,
      Acquire acquire,
      long queueNanos,
      long acquireNanos,
      long execNanos,
      long cpuNanos) {
    this(
        fuel,
        initFuel,
        peakMemoryBytes,
        acquire,
        queueNanos,
        0,
        acquireNanos,
        execNanos,
        cpuNanos,
        HostCalls.NONE);
  }

  /** Of a module that was there. */
  public Usage(
      long fuel,
      long initFuel,
      long peakMemoryBytes,
      Acquire acquire,
      long queueNanos,
      long acquireNanos,
      long execNanos,
      long cpuNanos,
      HostCalls hostCalls) {
    this(
        fuel,
        initFuel,
        peakMemoryBytes,
        acquire,
        queueNanos,
        0,
        acquireNanos,
        execNanos,
        cpuNanos,
        hostCalls);
  }

  /** How an invocation came by its instance. */
  public enum Acquire {
    /** There was none: nothing ran. */
    NONE,
    /** An instance that had not served since it was made. */
    WARM,
    /** An instance that had served, put back to its initial state. */
    RESET,
    /** An instance made for this invocation. */
    COLD
  }
}
