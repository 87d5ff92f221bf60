package dev.leat.invocations.async;

/** How many invocations of one function may be under way at once. Safe for several threads. */
final class Window {
  private static final long SHRINKS_EVERY_NANOS = 100_000_000;

  private final int most;
  private double size;
  private long shrunkNanos;

  Window(int most) {
    this.most = most;
    this.size = most;
    this.shrunkNanos = System.nanoTime() - SHRINKS_EVERY_NANOS;
  }

  synchronized int size() {
    return (int) size;
  }

  /** One was let run: after as many as are under way, one more may be. */
  synchronized void grow() {
    size = Math.min(most, size + 1 / size);
  }

  /** There was no room: half of them may be, and at least one. */
  synchronized void shrink() {
    long now = System.nanoTime();
    if (now - shrunkNanos >= SHRINKS_EVERY_NANOS) {
      shrunkNanos = now;
      size = Math.max(1, size / 2);
    }
  }

  /** When it last became smaller. */
  synchronized long shrunkNanos() {
    return shrunkNanos;
  }
}
