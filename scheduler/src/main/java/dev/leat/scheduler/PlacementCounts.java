package dev.leat.scheduler;

import dev.leat.contract.Outcome;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** How calls were placed since the start. Safe for several threads. */
public final class PlacementCounts {
  private final LongAdder own = new LongAdder();
  private final LongAdder others = new LongAdder();
  private final LongAdder none = new LongAdder();
  private final LongAdder overloaded = new LongAdder();
  private final LongAdder lost = new LongAdder();

  void placed(@Nullable WorkerNode worker) {
    (worker == null ? none : worker.isLocal() ? own : others).increment();
  }

  /** It was placed anew after this ending. */
  void again(Outcome outcome) {
    (outcome instanceof Outcome.Overloaded ? overloaded : lost).increment();
  }

  /** Calls that this node's own worker was given. */
  public long own() {
    return own.sum();
  }

  /** Calls that other nodes' workers were given. */
  public long others() {
    return others.sum();
  }

  /** Calls for which no worker was ready. */
  public long none() {
    return none.sum();
  }

  /** Calls that went to another worker since the first was overloaded. */
  public long afterOverload() {
    return overloaded.sum();
  }

  /** Calls that went to another worker since the first was lost before it began them. */
  public long afterLoss() {
    return lost.sum();
  }
}
