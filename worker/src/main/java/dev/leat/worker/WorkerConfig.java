package dev.leat.worker;

import dev.leat.worker.guest.CpuTurns;
import java.time.Duration;

/**
 * The sizes of a worker.
 *
 * @param guestThreads platform threads that guest code runs on, tenants taking turns
 * @param spareThreads that may be added while these are busy, for tenants of whom nothing runs
 * @param threadsPerTenant of the guest threads, how many one tenant may occupy at once
 * @param longCallsAtOnce of the calls that run longer than most, how many run at the same moment
 * @param queuedPerTenant invocations of one tenant that may wait for a thread
 * @param waitersPerFunction invocations that may wait for an instance of one function version
 * @param waitMax how long an invocation may wait before it is answered as overloaded
 * @param loadedModuleBytes what compiled modules may take; about 0.1-10 MiB each
 */
public record WorkerConfig(
    int guestThreads,
    int spareThreads,
    int threadsPerTenant,
    int longCallsAtOnce,
    int queuedPerTenant,
    int waitersPerFunction,
    Duration waitMax,
    long loadedModuleBytes) {
  /**
   * So many tenants with endless calls keep none from having a call begun. A thread takes its stack
   * of 2 MiB if its guest nests calls as deeply as it can: 256 MiB outside of the heap at the most,
   * and some 50 KiB each as a rule.
   */
  static final int SPARE_THREADS = 128;

  /**
   * Four threads a core, at least 8: a spinning guest occupies one until its time is over, and the
   * kernel shares the cores among the rest. One tenant gets three quarters.
   */
  public static WorkerConfig forCores(int cores) {
    int threads = Math.max(8, 4 * cores);
    return new WorkerConfig(
        threads,
        SPARE_THREADS,
        threads - threads / 4,
        CpuTurns.forCores(cores),
        1_000,
        1_000,
        Duration.ofSeconds(5),
        256L << 20);
  }
}
