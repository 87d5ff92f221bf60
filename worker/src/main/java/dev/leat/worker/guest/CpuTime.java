package dev.leat.worker.guest;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * What a call uses of the processor. The thread's clock costs a system call, as long as a brief
 * guest runs, so it is read only for calls that are not brief: those that pause, wait, or need an
 * instance. A brief call's time on the wall is taken for it, and no more than such a call may run:
 * the rest of it went by while others had the processor (RATIONALE, "How is a guest's CPU time
 * measured?"). Confined to the call's thread.
 */
public final class CpuTime {
  /** A call that has run for longer has paused, and is measured. */
  static final long BRIEF_NANOS = 250_000;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final long beganNanos;
  private boolean isMeasured;

  /** Since when the thread's clock is read, on that clock; and what is counted of before. */
  private long sinceCpuNanos;

  private long beforeNanos;

  /**
   * @param beganNanos when the call began, a point of {@link System#nanoTime()}
   */
  public CpuTime(long beganNanos) {
    this.beganNanos = beganNanos;
  }

  /** That of what begins now. */
  public static CpuTime begin() {
    return new CpuTime(System.nanoTime());
  }

  long beganNanos() {
    return beganNanos;
  }

  /** This call is not brief: the thread's clock counts from now on. */
  public void measure() {
    if (!isMeasured) {
      beforeNanos = brief(System.nanoTime());
      sinceCpuNanos = THREADS.getCurrentThreadCpuTime();
      isMeasured = true;
    }
  }

  /**
   * What it has used up to now.
   *
   * @param nowNanos as {@link System#nanoTime()} says
   */
  public long usedNanos(long nowNanos) {
    return isMeasured
        ? beforeNanos + THREADS.getCurrentThreadCpuTime() - sinceCpuNanos
        : brief(nowNanos);
  }

  private long brief(long nowNanos) {
    return Math.clamp(nowNanos - beganNanos, 0, BRIEF_NANOS);
  }
}
