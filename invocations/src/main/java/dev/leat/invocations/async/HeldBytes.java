package dev.leat.invocations.async;

import java.util.HashMap;
import java.util.Map;

/**
 * What the bodies of invocations hold that are under way here: what they are called with and may
 * answer, then the answer until it is written. One may always hold what it needs. Safe for several
 * threads.
 */
final class HeldBytes {
  private final long most;
  private final Map<String, Long> byId = new HashMap<>();
  private long sum;

  HeldBytes(long most) {
    this.most = most;
  }

  /** Whether there was room, which it then has. */
  synchronized boolean hold(String id, long bytes) {
    if (sum > 0 && sum + bytes > most) {
      return false;
    }
    exchange(id, bytes);
    return true;
  }

  /** It holds so much from now on. */
  synchronized void exchange(String id, long bytes) {
    Long before = byId.put(id, bytes);
    sum += bytes - (before == null ? 0 : before);
  }

  synchronized void release(String id) {
    Long before = byId.remove(id);
    sum -= before == null ? 0 : before;
  }

  synchronized long sum() {
    return sum;
  }
}
