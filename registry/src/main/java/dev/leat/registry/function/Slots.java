package dev.leat.registry.function;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A function's traffic in 10,000 equal slots, each of which belongs to one of its versions: what
 * falls into a slot is answered by its version. Laws:
 *
 * <ol>
 *   <li>Either every slot belongs to a version, or none does.
 *   <li>After {@code moved} each version has as many slots as its weight says.
 *   <li>{@code moved} hands over as few slots as there can be: none between two versions whose
 *       weights both stay or both rise, and so many in all as weights fall.
 *   <li>{@code parse} of the text gives the same.
 * </ol>
 *
 * @param runs in the order of the slots; neighbours are of different versions
 */
public record Slots(List<Run> runs) {
  /** A hundredth of a per cent each. */
  public static final int COUNT = 10_000;

  /** Nothing answers. */
  public static final Slots NONE = new Slots(List.of());

  public Slots {
    runs = List.copyOf(runs);
    long count = runs.stream().mapToLong(Run::count).sum();
    if (count != COUNT && !runs.isEmpty()) {
      throw new IllegalArgumentException("All slots must be " + COUNT + ", were " + count);
    }
  }

  /** One version answers everything. */
  public static Slots allTo(int version) {
    return new Slots(List.of(new Run(version, COUNT)));
  }

  /** How many slots each version has that has any. */
  public NavigableMap<Integer, Integer> weights() {
    NavigableMap<Integer, Integer> weights = new TreeMap<>();
    runs.forEach(run -> weights.merge(run.version, run.count, Integer::sum));
    return Collections.unmodifiableNavigableMap(weights);
  }

  public boolean isEmpty() {
    return runs.isEmpty();
  }

  /**
   * The slots after these, where each version has so many.
   *
   * @param weights 1 or more each, {@link #COUNT} in all
   */
  public Slots moved(Map<Integer, Integer> weights) {
    if (runs.isEmpty()) {
      return new Slots(
          new TreeMap<>(weights)
              .entrySet().stream()
                  .map(wanted -> new Run(wanted.getKey(), wanted.getValue()))
                  .toList());
    }
    Map<Integer, Integer> tooMany = new TreeMap<>(weights());
    NavigableMap<Integer, Integer> missing = new TreeMap<>(weights);
    weights.forEach((version, wanted) -> tooMany.merge(version, -wanted, Integer::sum));
    tooMany.forEach((version, count) -> missing.put(version, -count));
    missing.values().removeIf(count -> count <= 0);
    return new Slots(handedOver(tooMany, missing));
  }

  /** From the last slot on, so that whoever grows step by step has its slots in one run. */
  private List<Run> handedOver(
      Map<Integer, Integer> tooMany, NavigableMap<Integer, Integer> missing) {
    List<Run> lastFirst = new ArrayList<>();
    for (int i = runs.size() - 1; i >= 0; i--) {
      Run run = runs.get(i);
      int given = Math.clamp(tooMany.getOrDefault(run.version, 0), 0, run.count);
      tooMany.merge(run.version, -given, Integer::sum);
      int left = given;
      while (left > 0) {
        Map.Entry<Integer, Integer> taker = missing.pollLastEntry();
        int taken = Math.min(left, taker.getValue());
        append(lastFirst, taker.getKey(), taken);
        if (taken < taker.getValue()) {
          missing.put(taker.getKey(), taker.getValue() - taken);
        }
        left -= taken;
      }
      append(lastFirst, run.version, run.count - given);
    }
    return lastFirst.reversed();
  }

  private static void append(List<Run> runs, int version, int count) {
    if (count == 0) {
      return;
    }
    if (!runs.isEmpty() && runs.getLast().version == version) {
      runs.set(runs.size() - 1, new Run(version, runs.getLast().count + count));
    } else {
      runs.add(new Run(version, count));
    }
  }

  /**
   * What {@link #toString} gave.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static Slots parse(String text) {
    return text.isEmpty()
        ? NONE
        : new Slots(Arrays.stream(text.split(",", -1)).map(Run::parse).toList());
  }

  /** Such as {@code 1:9000,2:1000}. */
  @Override
  public String toString() {
    return runs.stream().map(Run::toString).collect(Collectors.joining(","));
  }

  /** The version with the most slots, of several the newest; empty if none has any. */
  Optional<Integer> leading() {
    return weights().entrySet().stream()
        .max(
            Map.Entry.<Integer, Integer>comparingByValue()
                .thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey);
  }

  /** Neighbouring slots of one version. */
  public record Run(int version, int count) {
    public Run {
      if (version < 1 || count < 1 || count > COUNT) {
        throw new IllegalArgumentException(
            "A run needs a version and 1-" + COUNT + " slots, was " + version + ":" + count);
      }
    }

    private static Run parse(String text) {
      String[] parts = text.split(":", -1);
      if (parts.length != 2) {
        throw new IllegalArgumentException("Not a run of slots: '" + text + "'");
      }
      return new Run(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }

    @Override
    public String toString() {
      return version + ":" + count;
    }
  }
}
