package dev.leat.worker;

import dev.leat.contract.Setting;
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
    @Setting(
            key = "guest-threads",
            doc = "threads that guest code runs on",
            standard = "4 a core, at least 8",
            min = 1,
            max = 1_000)
        int guestThreads,
    @Setting(
            key = "spare-threads",
            doc = "added while these are busy, one for a tenant of whom nothing runs",
            max = 10_000)
        int spareThreads,
    @Setting(
            key = "threads-per-tenant",
            doc = "of the guest threads, how many one tenant may occupy",
            standard = "three quarters",
            min = 1,
            atMost = "guest-threads")
        int threadsPerTenant,
    @Setting(
            key = "long-calls-at-once",
            doc = "of the calls above 0.25 ms, how many run at the same moment",
            standard = "all cores but one",
            min = 1,
            atMost = "guest-threads")
        int longCallsAtOnce,
    @Setting(
            key = "queued-per-tenant",
            doc = "calls of one tenant that wait for a thread",
            min = 1,
            max = 100_000)
        int queuedPerTenant,
    @Setting(
            key = "waiters-per-function",
            doc = "calls that wait for an instance of one function",
            max = 100_000)
        int waitersPerFunction,
    @Setting(
            key = "wait-max-seconds",
            doc = "how long a call may wait for these, then 503",
            min = 1,
            max = 300,
            unit = Setting.Unit.SECONDS)
        Duration waitMax,
    @Setting(
            key = "loaded-modules-mb",
            doc = "what compiled modules may take",
            min = 1,
            max = 100_000,
            unit = Setting.Unit.MEBIBYTES)
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
