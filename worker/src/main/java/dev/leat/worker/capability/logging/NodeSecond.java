package dev.leat.worker.capability.logging;

/**
 * What the guests of all tenants write in the present second. Half of what they may is for whoever
 * comes first; of the other half each tenant has a share, by how many wrote or tried to in the
 * second before, so that those who fill the log leave its lines to those who write few. Safe for
 * several threads.
 */
final class NodeSecond {
  /** 180 GB a day; eight tenants that write all they may. */
  static final int BYTES = 2 << 20;

  /** In a second into which tenants come that were not in the one before. */
  static final int BYTES_MAX = BYTES + BYTES / 2;

  static final long NANOS = 1_000_000_000;

  private long number = 1;
  private long beganNanos;
  private long written;
  private int tenants;
  private int tenantsBefore = 1;
  private boolean isSaid;

  NodeSecond(long nowNanos) {
    this.beganNanos = nowNanos;
  }

  /** Whether this tenant may write another line. */
  synchronized boolean isLeft(Part part, long nowNanos) {
    count(nowNanos);
    if (part.second != number) {
      part.second = number;
      part.written = 0;
      tenants++;
    }
    return written < BYTES / 2 || (written < BYTES_MAX && part.written < BYTES / 2 / tenantsBefore);
  }

  /** May be more than is left: what a line takes is known when it is written. */
  synchronized void use(Part part, int bytes) {
    written += bytes;
    part.written += bytes;
  }

  /** Once in the second. */
  synchronized boolean isToBeSaid() {
    boolean isDue = !isSaid;
    isSaid = true;
    return isDue;
  }

  private void count(long nowNanos) {
    long elapsed = nowNanos - beganNanos;
    if (elapsed >= NANOS) {
      tenantsBefore = elapsed < 2 * NANOS ? Math.max(1, tenants) : 1;
      number++;
      beganNanos = nowNanos;
      written = 0;
      tenants = 0;
      isSaid = false;
    }
  }

  /** Of one tenant; changed by the second alone. */
  static final class Part {
    private long second;
    private long written;
  }
}
