package dev.leat.registry.canary;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The canaries whose calls are counted on this node. Safe for all threads; nobody waits. */
public final class Canaries {
  /** At 16 KiB each, 16 MiB. The calls of more are not counted on this node. */
  static final int CANARIES_MAX = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(Canaries.class);

  private final Map<FunctionRef, Sampling> current = new ConcurrentHashMap<>();

  /**
   * Where the calls of this canary are counted: the same place for as long as it is the same
   * rollout. Null if there is no room.
   */
  public @Nullable Sampling of(FunctionRef function, int rollout, int version) {
    return current.compute(
        function,
        (key, known) -> {
          if (known != null && known.rollout() == rollout) {
            return known;
          }
          if (known == null && current.size() >= CANARIES_MAX) {
            LOG.warn("Too many canaries: the calls of one are not counted function={}", function);
            return null;
          }
          return new Sampling(function, rollout, version);
        });
  }

  /** No canary of the function is under way. */
  public void ended(FunctionRef function) {
    current.remove(function);
  }

  /** Only of these functions canaries are under way. */
  public void retain(Predicate<FunctionRef> functions) {
    current.keySet().removeIf(functions.negate());
  }

  /**
   * Something happened to a version. If that is a canary, it goes back with the next look, wherever
   * it happened.
   */
  public void alarm(FunctionVersion version, Alarm alarm) {
    Sampling sampling = current.get(version.function());
    if (sampling != null && sampling.version() == version.number()) {
      sampling.alarm(alarm.text());
    }
  }

  /** Whether a canary of the function is under way. */
  public boolean isWatched(FunctionRef function) {
    return current.containsKey(function);
  }

  /** Whether it is the version that is judged. */
  public boolean isCanary(FunctionVersion version) {
    Sampling sampling = current.get(version.function());
    return sampling != null && sampling.version() == version.number();
  }

  /** In one call of the version, on this node, requests went to a host. */
  public void called(FunctionVersion version, String host) {
    Sampling sampling = current.get(version.function());
    if (sampling != null) {
      sampling.called(version.number(), host);
    }
  }

  Collection<Sampling> all() {
    return current.values();
  }
}
