package dev.leat.engine;

/**
 * Room on the stack for what must not be torn apart. A guest may nest its calls until the stack is
 * full, and have the host called from there: where the stack overflows inside of the host, a lock
 * may stay locked, the log's too, since to give it back takes stack again (RATIONALE, "Why is there
 * a look at the stack before a lock?").
 */
public final class StackRoom {
  /** For taking and giving back a lock; 12 KiB, and 0.7 us to look. */
  private static final int LOCK_FRAMES = 256;

  /** For a line through a logging library, which is not compiled at first; 48 KiB and 2.5 us. */
  private static final int LOG_FRAMES = 1_024;

  private StackRoom() {}

  /**
   * Looks whether there is room for taking a lock, waiting for it and giving it back.
   *
   * @throws StackOverflowError if there is not; nothing has been begun then
   */
  public static void forALock() {
    require(LOCK_FRAMES);
  }

  /** The same for writing to a log. */
  public static void forALogLine() {
    require(LOG_FRAMES);
  }

  private static void require(int frames) {
    if (descend(frames) != frames) {
      throw new IllegalStateException("Frames are counted wrongly");
    }
  }

  /** Each call takes at least 48 bytes; the JVM does not turn this into a loop. */
  private static int descend(int frames) {
    return frames == 0 ? 0 : 1 + descend(frames - 1);
  }
}
