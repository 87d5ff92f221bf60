package dev.leat.invocations.schedule;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a schedule that is due comes to.
 *
 * @param runs the times that it is fired for
 * @param missed how many times nobody was there for and nothing is done for; it counts no further
 *     than {@link #MISSED_MAX}
 * @param firstMissed the first of these
 * @param nextAt when it fires next, which may be due too; empty for never
 */
record Plan(
    List<Instant> runs, int missed, Optional<Instant> firstMissed, Optional<Instant> nextAt) {
  /** Of missed times so many are made up for, and counted; of those after them nothing is known. */
  static final int MISSED_MAX = 100;

  /**
   * @param due when it was to fire
   * @param inTime what was to be fired before this is missed
   * @param most so many missed times are looked at, {@link #MISSED_MAX} at the most
   */
  static Plan of(CronTimes times, MissedRuns policy, Instant due, Instant inTime, int most) {
    if (!due.isBefore(inTime)) {
      return new Plan(List.of(due), 0, Optional.empty(), times.after(due));
    }
    List<Instant> missed = missed(times, due, inTime, most);
    List<Instant> runs =
        switch (policy) {
          case SKIP -> List.of();
          case ONCE -> missed.subList(0, 1);
          case ALL -> missed;
        };
    return new Plan(
        List.copyOf(runs),
        missed.size() - runs.size(),
        missed.size() == runs.size() ? Optional.empty() : Optional.of(missed.get(runs.size())),
        times.from(inTime));
  }

  private static List<Instant> missed(CronTimes times, Instant due, Instant inTime, int most) {
    List<Instant> missed = new ArrayList<>();
    Optional<Instant> at = Optional.of(due);
    while (at.isPresent() && at.get().isBefore(inTime) && missed.size() < most) {
      missed.add(at.get());
      at = times.after(at.get());
    }
    return missed;
  }
}
