package dev.leat.gateway.http;

import java.util.concurrent.atomic.AtomicLong;

/** A number of bytes that may be held at once. Safe for several threads. */
public final class MemoryBudget {
  private final long max;
  private final AtomicLong held = new AtomicLong();

  public MemoryBudget(long max) {
    this.max = max;
  }

  /** Takes so many bytes, or none: false when too few are left. */
  public boolean take(long bytes) {
    if (held.addAndGet(bytes) > max) {
      held.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  public void giveBack(long bytes) {
    held.addAndGet(-bytes);
  }

  public long max() {
    return max;
  }

  public long held() {
    return held.get();
  }
}
