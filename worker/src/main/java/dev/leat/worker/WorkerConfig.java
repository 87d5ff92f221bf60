package dev.leat.worker;

import dev.leat.worker.guest.CpuTurns;
import java.time.Duration;

/**
 * The sizes of a worker.
 *
 * @param guestThreads platform threads that guest code runs on
 * @param threadsPerTenant of these, how many one tenant may occupy at once
 * @param longCallsAtOnce of the calls that run longer than most, how many run at the same moment
 * @param queuedPerTenant invocations of one tenant that may wait for a thread
 * @param waitersPerFunction invocations that may wait for an instance of one function version
 * @param waitMax how long an invocation may wait before it is answered as overloaded
 * @param loadedModuleBytes what compiled modules may take; about 0.1-10 MiB each
 */
public record WorkerConfig(
    int guestThreads,
    int threadsPerTenant,
    int longCallsAtOnce,
    int queuedPerTenant,
    int waitersPerFunction,
    Duration waitMax,
    long loadedModuleBytes) {
  /**
   * Four threads a core, at least 8: a spinning guest occupies one until its time is over, and the
   * kernel shares the cores among the rest. One tenant gets three quarters.
   */
  public static WorkerConfig forCores(int cores) {
    int threads = Math.max(8, 4 * cores);
    return new WorkerConfig(
        threads,
        threads - threads / 4,
        CpuTurns.forCores(cores),
        1_000,
        1_000,
        Duration.ofSeconds(5),
        256L << 20);
  }
}
