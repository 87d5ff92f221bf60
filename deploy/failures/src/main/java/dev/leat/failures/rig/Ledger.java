package dev.leat.failures.rig;

import dev.leat.failures.rig.Ending.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What became of each request of a load.
 *
 * @param offered how many were sent, counted before they were
 */
public record Ledger(int offered, List<Entry> entries) {
  public Ledger {
    entries = List.copyOf(entries);
  }

  Ledger(int offered, Collection<Entry> entries) {
    this(offered, List.copyOf(entries));
  }

  public int count(Kind kind) {
    return (int) of(kind).count();
  }

  private java.util.stream.Stream<Entry> of(Kind kind) {
    return entries.stream().filter(entry -> entry.ending().kind() == kind);
  }

  public int answered() {
    return count(Kind.ANSWERED);
  }

  /** Requests that nobody knows the end of: these must be none. */
  public int lost() {
    return offered - entries.size();
  }

  /** How many of each kind and detail, of these kinds. */
  public SortedMap<String, Integer> details(Kind kind) {
    return of(kind)
        .collect(
            Collectors.toMap(entry -> entry.ending().what(), _ -> 1, Integer::sum, TreeMap::new));
  }

  /** The longest that any of these waited for its end. */
  public Duration longest(Predicate<Entry> which) {
    return entries.stream()
        .filter(which)
        .map(Entry::took)
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  /** So many of a hundred answered requests took no longer. */
  public Duration percentile(double percent) {
    List<Duration> sorted = of(Kind.ANSWERED).map(Entry::took).sorted().toList();
    return sorted.isEmpty()
        ? Duration.ZERO
        : sorted.get((int) Math.ceil(sorted.size() * percent / 100) - 1);
  }

  /**
   * How long after this moment the last request was sent that was not answered; zero if all were
   * that were sent since.
   */
  public Duration lastFailureAfter(long nanos) {
    return Duration.ofNanos(
        entries.stream()
            .filter(entry -> !entry.ending().isAnswered())
            .mapToLong(entry -> entry.dueNanos() - nanos)
            .filter(since -> since > 0)
            .max()
            .orElse(0));
  }

  /** Those that were due in this time. */
  public Ledger between(long fromNanos, long toNanos) {
    List<Entry> within =
        entries.stream()
            .filter(entry -> entry.dueNanos() - fromNanos >= 0 && entry.dueNanos() - toNanos < 0)
            .toList();
    return new Ledger(within.size(), within);
  }

  /** Writes a line for each request, in the order in which they were due, to be looked into. */
  public void write(Path file) throws IOException {
    long began = entries.stream().mapToLong(Entry::dueNanos).min().orElse(0);
    Files.write(
        file,
        entries.stream()
            .sorted(Comparator.comparingLong(Entry::dueNanos))
            .map(entry ->
                "%.3f\t%.3f\t%s\t%s\t%s\t%s\t%s"
                    .formatted(
                        (entry.dueNanos() - began) / 1e9,
                        entry.took().toNanos() / 1e9,
                        entry.id(),
                        entry.target(),
                        entry.ending().kind(),
                        entry.ending().what(),
                        entry.ending().detail()))
            .toList());
  }

  /** Both. */
  public Ledger and(Ledger other) {
    return new Ledger(
        offered + other.offered,
        java.util.stream.Stream.concat(entries.stream(), other.entries.stream()).toList());
  }
}
