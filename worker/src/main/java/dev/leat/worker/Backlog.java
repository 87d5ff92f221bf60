package dev.leat.worker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tells a queue that stands from one that a burst has filled, while it is not empty. A burst is
 * worked off, and may take its time. A queue stands when as many come as go: then each waits as
 * long as the queue is, and no more is done than with a short one. So once the oldest has waited
 * for longer than a call typically takes, the newest go first, which is what callers still wait
 * for; and while the queue stands, those that have waited for so long are refused (RATIONALE, "Why
 * does a standing queue wait shorter than a burst?"). Not safe for several threads: whoever owns
 * the queue holds a lock.
 */
final class Backlog {
  /** How often it is looked at. */
  static final Duration LOOK_EVERY = Duration.ofMillis(50);

  /** What anyone may wait, however brief calls are: callers come unevenly. */
  static final Duration WAIT_MIN = Duration.ofMillis(50);

  /** A queue that has been empty within this time does not stand. */
  static final Duration STANDS_AFTER = Duration.ofMillis(500);

  private static final long NO_LIMIT = Long.MAX_VALUE;

  /** Over the last part of that time, who came and who went is counted. */
  private static final Duration COUNTED = STANDS_AFTER.dividedBy(2);

  private final long sinceNanos;
  private long countedSinceNanos;
  private int came;
  private int went;
  private boolean wasEmpty;
  private boolean isFedLately;
  private boolean isNewestFirst;

  /** A queue that was found not to be empty. */
  Backlog(long nowNanos) {
    this.sinceNanos = nowNanos;
    this.countedSinceNanos = nowNanos;
  }

  /**
   * What is known of a queue as it is now: nothing while it is empty, and nothing of before where
   * it has been empty meanwhile.
   *
   * @param known what was known at the last look
   */
  static @Nullable Backlog at(@Nullable Backlog known, boolean isEmpty, long nowNanos) {
    if (isEmpty) {
      return null;
    }
    return known == null || known.isOver() ? new Backlog(nowNanos) : known;
  }

  /** One more waits. */
  void came() {
    came++;
  }

  /**
   * One waits no more, since it begins.
   *
   * @param isLast whether none waits any more
   */
  void went(boolean isLast) {
    went++;
    wasEmpty |= isLast;
  }

  /** Whether the queue has been empty: then this is over, and a later one begins anew. */
  boolean isOver() {
    return wasEmpty;
  }

  /** Whether the next to begin is the newest rather than the oldest. */
  boolean isNewestFirst() {
    return isNewestFirst;
  }

  /**
   * Looks at the queue; to be called every {@link #LOOK_EVERY}.
   *
   * @param oldestNanos when the one arrived that waits longest
   * @param typicalNanos what a call typically takes; while that is unknown, nobody is refused
   * @return what anyone may have waited by now; who has waited longer is to be refused
   */
  long look(long nowNanos, long oldestNanos, long typicalNanos) {
    if (nowNanos - countedSinceNanos >= COUNTED.toNanos()) {
      isFedLately = came > 0 && came >= went;
      countedSinceNanos = nowNanos;
      came = 0;
      went = 0;
    }
    long waitMax = waitMax(typicalNanos);
    long waited = nowNanos - oldestNanos;
    // With a distance between on and off, so that it does not change with each look.
    isNewestFirst = waited > (isNewestFirst ? waitMax / 2 : waitMax);
    boolean stands = isFedLately && nowNanos - sinceNanos >= STANDS_AFTER.toNanos();
    return stands ? waitMax : NO_LIMIT;
  }

  private static long waitMax(long typicalNanos) {
    return typicalNanos == InstancePool.UNKNOWN_NANOS
        ? NO_LIMIT
        : Math.max(WAIT_MIN.toNanos(), typicalNanos);
  }
}
