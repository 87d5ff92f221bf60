package dev.leat.registry.canary;

import dev.leat.contract.FunctionRef;
import dev.leat.store.Rounds;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes down each second what this node counted of canaries. All of it is set, and not added to,
 * so writing it again counts nothing twice. A crash loses the last second; while the store is away
 * all is kept.
 */
public final class CanaryLog implements AutoCloseable {
  private static final Duration WRITE_EVERY = Duration.ofSeconds(1);

  private final Canaries canaries;
  private final SampleStore store;
  private final String start;
  private final Rounds rounds = new Rounds("canaries", WRITE_EVERY, this::write);

  // Guarded by this.
  private final Map<FunctionRef, Written> written = new HashMap<>();

  /**
   * @param start names this start of this node, and no other
   */
  public CanaryLog(Canaries canaries, SampleStore store, String start) {
    this.canaries = canaries;
    this.store = store;
    this.start = start;
  }

  public void start() {
    rounds.start();
  }

  /** Writes what has changed. */
  public synchronized void write() {
    Map<FunctionRef, Written> now = new HashMap<>();
    for (Sampling sampling : canaries.all()) {
      FunctionRef function = sampling.function();
      Written next = new Written(sampling.rollout(), sampling.figures());
      if (!next.equals(written.get(function)) && !next.figures.equals(CanaryFigures.NONE)) {
        // Where it is not kept, the canary has ended and this node will hear so.
        var unused =
            store.put(function.tenant(), function.name(), next.rollout, start, next.figures);
      }
      now.put(function, next);
    }
    written.clear();
    written.putAll(now);
  }

  /** Writes what was counted, then stops; does nothing where it was not started. */
  @Override
  public void close() {
    rounds.close();
  }

  private record Written(int rollout, CanaryFigures figures) {}
}
