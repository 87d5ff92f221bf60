package dev.leat.node.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How many invocations ended how. When it retires, its counts and those that still come go to its
 * heir, and none is lost. Safe for several threads.
 */
final class Endings {
  private final boolean isShared;

  /** As many as there are words of outcomes. */
  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

  private volatile @Nullable Endings heir;

  /**
   * @param isShared whether several functions are counted here
   */
  Endings(boolean isShared) {
    this.isShared = isShared;
  }

  boolean isShared() {
    return isShared;
  }

  void add(String ending, long count) {
    LongAdder known = counts.get(ending);
    (known == null ? counts.computeIfAbsent(ending, missing -> new LongAdder()) : known).add(count);
    Endings successor = heir;
    if (successor != null) {
      bequeath(successor);
    }
  }

  void retire(Endings successor) {
    heir = successor;
    bequeath(successor);
  }

  private void bequeath(Endings successor) {
    counts.forEach((ending, count) -> {
      long rest = count.sumThenReset();
      if (rest > 0) {
        successor.add(ending, rest);
      }
    });
  }

  void forEach(ObjLongConsumer<String> reader) {
    counts.forEach((ending, count) -> reader.accept(ending, count.sum()));
  }
}
