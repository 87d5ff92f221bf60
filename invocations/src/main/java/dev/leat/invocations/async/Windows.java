package dev.leat.invocations.async;

import dev.leat.contract.FunctionRef;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many invocations of a function may be under way at once: fewer after the platform had no room
 * for one of them, more again while it has. One function's are not another's. Safe for several
 * threads.
 */
final class Windows {
  /** Functions for which there was no room lately; some 200 bytes each, so 2 MB. */
  static final int REMEMBERED_MAX = 10_000;

  private final int most;
  private final Map<FunctionRef, Window> shrunk = new ConcurrentHashMap<>();

  Windows(int most) {
    this.most = most;
  }

  int size(FunctionRef function) {
    Window window = shrunk.get(function);
    return window == null ? most : window.size();
  }

  /** One was let run. */
  void grow(FunctionRef function) {
    shrunk.computeIfPresent(
        function,
        (same, window) -> {
          window.grow();
          return window.size() < most ? window : null;
        });
  }

  /** There was no room for one. */
  void shrink(FunctionRef function) {
    if (shrunk.size() < REMEMBERED_MAX || shrunk.containsKey(function)) {
      shrunk.computeIfAbsent(function, added -> new Window(most)).shrink();
    }
  }

  /** Forgets those for which there has been room, or which nobody called, for so long. */
  void forget(long beforeNanos) {
    shrunk.values().removeIf(window -> window.shrunkNanos() - beforeNanos < 0);
  }

  int remembered() {
    return shrunk.size();
  }
}
