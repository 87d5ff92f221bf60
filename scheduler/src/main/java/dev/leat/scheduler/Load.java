package dev.leat.scheduler;

/**
 * What a worker has to do. Of another node it is what it said last, with what was sent there since.
 *
 * @param running invocations that have a thread
 * @param waiting invocations that wait for an instance, a module or a thread
 * @param capacity invocations that it can run at the same moment, at least 1
 */
public record Load(int running, int waiting, int capacity) {
  /** A worker that has nothing to do. */
  public static Load idle(int capacity) {
    return new Load(0, 0, capacity);
  }

  /** All that it has to do. */
  public int inFlight() {
    return running + waiting;
  }

  /** How much of it is in use: 1 when all that it can run at once runs, more when others wait. */
  public double use() {
    return (double) inFlight() / capacity;
  }
}
