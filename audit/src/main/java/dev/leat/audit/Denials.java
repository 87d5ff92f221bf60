package dev.leat.audit;

import dev.leat.contract.TenantId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was denied, added up until it is recorded: whoever is denied a million times in a minute
 * fills one record. Any thread; never blocks.
 */
public final class Denials {
  /** Kinds that are told apart until they are recorded; the rest are counted together. */
  static final int KINDS_MAX = 1_000;

  private static final Kind OTHERS = new Kind(Optional.empty(), "(others)", "(others)", "");

  private final Map<Kind, Long> counts = new ConcurrentHashMap<>();
  private final InstantSource clock;
  private volatile Instant since;

  public Denials(InstantSource clock) {
    this.clock = clock;
    this.since = clock.instant();
  }

  /**
   * Something was denied.
   *
   * @param action that was asked for
   * @param resource what it was asked for
   */
  public void count(Optional<TenantId> tenant, String actor, String action, String resource) {
    Kind kind = new Kind(tenant, actor, action, resource);
    boolean isToldApart = counts.containsKey(kind) || counts.size() < KINDS_MAX;
    counts.merge(isToldApart ? kind : OTHERS, 1L, Long::sum);
  }

  /** Records what was denied since the last time, each kind once. Blocks. */
  void record(AuditStore store) {
    Instant from = since;
    Instant now = clock.instant();
    since = now;
    for (Kind kind : counts.keySet()) {
      long count = Objects.requireNonNull(counts.remove(kind), "only this takes them away");
      store.append(
          new AuditEntry(
              now,
              kind.tenant(),
              kind.actor(),
              kind.action(),
              kind.resource(),
              false,
              "times %d, since %s".formatted(count, from),
              ""));
    }
  }

  private record Kind(Optional<TenantId> tenant, String actor, String action, String resource) {}
}
