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
  /** Kinds that are told apart until they are recorded; the rest are counted by tenant. */
  static final int KINDS_MAX = 1_000;

  /** A tenth of them, so that what one tenant's functions are denied hides no other's denials. */
  static final int KINDS_PER_TENANT = 100;

  private static final String OTHERS = "(others)";

  private final Map<Kind, Long> counts = new ConcurrentHashMap<>();
  private final Map<Optional<TenantId>, Integer> kinds = new ConcurrentHashMap<>();
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
    boolean isToldApart = counts.containsKey(kind) || hasRoom(tenant);
    counts.merge(isToldApart ? kind : new Kind(tenant, OTHERS, OTHERS, ""), 1L, Long::sum);
  }

  /** Whether there is room for one kind more, which then is taken. */
  private boolean hasRoom(Optional<TenantId> tenant) {
    return counts.size() < KINDS_MAX
        && kinds.getOrDefault(tenant, 0) < KINDS_PER_TENANT
        && kinds.merge(tenant, 1, Integer::sum) <= KINDS_PER_TENANT;
  }

  /** Records what was denied since the last time, each kind once. Blocks. */
  void record(AuditStore store) {
    Instant from = since;
    Instant now = clock.instant();
    since = now;
    kinds.clear();
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
