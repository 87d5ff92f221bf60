package dev.leat.worker.capability;

import dev.leat.contract.FunctionRef;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/**
 * Sums of what guests recorded, by function and name. A function may use 100 names; values under
 * further names are dropped, so that a guest cannot grow the heap. Safe for several threads.
 */
public final class GuestMetrics {
  static final int NAMES_PER_FUNCTION = 100;
  static final int NAME_MAX = 128;

  private final Map<FunctionRef, Map<String, Total>> totals = new ConcurrentHashMap<>();

  /**
   * Adds a value; ignored when it is not finite, or the name is blank, too long or one too many.
   */
  public void record(FunctionRef function, String name, double value) {
    if (!Double.isFinite(value) || name.isBlank() || name.length() > NAME_MAX) {
      return;
    }
    Map<String, Total> ofFunction =
        totals.computeIfAbsent(function, key -> new ConcurrentHashMap<>());
    Total total = ofFunction.get(name);
    if (total == null && ofFunction.size() < NAMES_PER_FUNCTION) {
      total = ofFunction.computeIfAbsent(name, key -> new Total());
    }
    if (total != null) {
      total.sum.add(value);
      total.count.increment();
    }
  }

  /** Everything recorded so far. */
  public List<Recorded> recorded() {
    return totals.entrySet().stream()
        .flatMap(function ->
            function.getValue().entrySet().stream()
                .map(name ->
                    new Recorded(
                        function.getKey(),
                        name.getKey(),
                        name.getValue().count.sum(),
                        name.getValue().sum.sum())))
        .toList();
  }

  /** One name's sum. */
  public record Recorded(FunctionRef function, String name, long count, double sum) {}

  private static final class Total {
    private final DoubleAdder sum = new DoubleAdder();
    private final LongAdder count = new LongAdder();
  }
}
