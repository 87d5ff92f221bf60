package dev.leat.scheduler.http;

import java.util.concurrent.atomic.AtomicLong;

/** Counts the bytes of other nodes' calls that are held here. Safe for several threads. */
final class HeldBytes {
  private final long max;
  private final AtomicLong held = new AtomicLong();

  HeldBytes(long max) {
    this.max = max;
  }

  /** Whether so many more may be held; then they are counted. */
  boolean take(long bytes) {
    if (held.addAndGet(bytes) > max) {
      held.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  /** Counts what is there already, such as a response; others then wait for its end. */
  void add(long bytes) {
    held.addAndGet(bytes);
  }

  void giveBack(long bytes) {
    held.addAndGet(-bytes);
  }

  long held() {
    return held.get();
  }
}
