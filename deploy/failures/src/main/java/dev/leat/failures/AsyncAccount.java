package dev.leat.failures;

import dev.leat.failures.rig.Tables;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What became of calls that were accepted: what clients were told, what the database has, and what
 * guests did.
 *
 * @param ids what clients were told, by the keys of their calls
 * @param ends what the database has of each id
 * @param begins when guests began, by the keys of their calls
 * @param counted what the database counted as accepted
 * @param missing of these, what is nowhere
 */
record AsyncAccount(
    Map<String, String> ids,
    Map<String, End> ends,
    Map<String, List<Instant>> begins,
    long counted,
    long missing) {
  /** How long a call may be on its way to a worker of another node. */
  private static final Duration ON_ITS_WAY = Duration.ofSeconds(1);

  private static final String ENDS =
      """
      SELECT id, state, attempts FROM async_results
      UNION ALL SELECT id, state, attempts FROM dead_letters
      UNION ALL SELECT id, CASE owner WHEN 0 THEN 'queued' ELSE 'running' END, attempts
        FROM async_queue
      """;

  /** Of one snapshot, so that what moves between the tables is in one of them. */
  static final String MISSING =
      """
      SELECT (SELECT COALESCE(SUM(accepted - done - failed - dead - cancelled), 0) FROM async_counts)
        - (SELECT COUNT(*) FROM async_queue)
      """;

  static final String COUNTED = "SELECT COALESCE(SUM(accepted), 0) FROM async_counts";
  static final String OPEN = "SELECT COUNT(*) FROM async_queue";

  /**
   * @param attempts begun, as the database counts them
   */
  record End(String id, String state, int attempts) {}

  static AsyncAccount of(
      Tables tables, Map<String, String> ids, Map<String, List<Instant>> begins) {
    Map<String, End> ends =
        tables
            .rows(ENDS, row -> new End(row.getString(1), row.getString(2), row.getInt(3)))
            .stream()
            .collect(Collectors.toMap(End::id, Function.identity()));
    return new AsyncAccount(ids, ends, begins, tables.count(COUNTED), tables.count(MISSING));
  }

  /** Keys of calls that were accepted and that the database does not have. */
  List<String> lost() {
    return keys(key -> end(key) == null);
  }

  /** Two keys with one id, or an id that no client was told: a call that is there twice. */
  boolean isEachAcceptedOnce() {
    return ids.values().stream().distinct().count() == ids.size() && ends.size() == ids.size();
  }

  /** Keys of calls that are done and that no guest did. */
  List<String> doneButNotRun() {
    return keys(key -> {
      End end = end(key);
      return end != null && end.state().equals("done") && runs(key) == 0;
    });
  }

  /**
   * Keys of calls that were begun again though nothing was broken since they were sent to where
   * they were begun before: by somebody whose lease was still good, or that nobody had lost. What a
   * node had sent to another's worker before it was killed may begin there just after.
   *
   * @param faults when something was broken
   */
  List<String> begunTwiceWithinALease(List<Instant> faults) {
    return begins.entrySet().stream()
        .filter(each -> {
          List<Instant> times = each.getValue();
          return IntStream.range(1, times.size())
              .anyMatch(i ->
                  faults.stream()
                      .noneMatch(fault ->
                          !fault.isBefore(times.get(i - 1).minus(ON_ITS_WAY))
                              && !fault.isAfter(times.get(i))));
        })
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  /** How many were begun again. */
  long begunAgain() {
    return begins.values().stream().filter(times -> times.size() > 1).count();
  }

  /** How many there are of each state. */
  Map<String, Long> states() {
    return ends.values().stream()
        .collect(Collectors.groupingBy(End::state, TreeMap::new, Collectors.counting()));
  }

  private List<String> keys(Predicate<String> which) {
    Stream<String> found = ids.keySet().stream().filter(which).sorted();
    return found.toList();
  }

  private @Nullable End end(String key) {
    return ends.get(ids.get(key));
  }

  private int runs(String key) {
    return begins.getOrDefault(key, List.of()).size();
  }
}
