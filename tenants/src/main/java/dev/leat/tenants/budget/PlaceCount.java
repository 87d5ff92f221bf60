package dev.leat.tenants.budget;

import java.util.concurrent.atomic.AtomicLong;

/** So many places at most, in one number with those that are taken: the limit may change. */
final class PlaceCount {
  private static final int LIMIT_SHIFT = 32;

  /** The limit above, the number of those that are taken below. */
  private final AtomicLong state;

  PlaceCount(int limit) {
    state = new AtomicLong((long) limit << LIMIT_SHIFT);
  }

  /** Takes a place, if one is free. */
  boolean enter() {
    long before;
    do {
      before = state.get();
      if (taken(before) >= limit(before)) {
        return false;
      }
    } while (!state.compareAndSet(before, before + 1));
    return true;
  }

  void leave() {
    state.decrementAndGet();
  }

  /** 0 or more. */
  int free() {
    long now = state.get();
    return Math.max(0, limit(now) - taken(now));
  }

  int taken() {
    return taken(state.get());
  }

  int limit() {
    return limit(state.get());
  }

  /** Those that are in stay in. */
  void limit(int limit) {
    state.updateAndGet(before -> (long) limit << LIMIT_SHIFT | taken(before));
  }

  /**
   * Takes free places away for good.
   *
   * @return how many there were, at most {@code wanted}
   */
  int remove(int wanted) {
    long before;
    int removed;
    do {
      before = state.get();
      removed = Math.clamp((long) limit(before) - taken(before), 0, wanted);
    } while (!state.compareAndSet(before, before - ((long) removed << LIMIT_SHIFT)));
    return removed;
  }

  private static int limit(long state) {
    return (int) (state >>> LIMIT_SHIFT);
  }

  private static int taken(long state) {
    return (int) state;
  }
}
