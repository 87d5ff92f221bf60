package dev.leat.invocations.async;

import dev.leat.contract.TenantId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How many callbacks may be under way. Servers that take long hold up their own tenant's: it has
 * one slot until one of them is quick again, and all such tenants have half of the slots. Safe for
 * several threads.
 */
final class CallbackRoom {
  /**
   * Each is a virtual thread and a connection; their bodies are bounded by {@link
   * Callbacks#BODIES_BYTES_MAX}.
   */
  static final int UNDER_WAY_MAX = 128;

  /** Of those who take long. Turns that meet them anew go beyond, by a turn's tenants. */
  static final int SLOW_UNDER_WAY_MAX = UNDER_WAY_MAX / 2;

  static final int OF_TENANT_MAX = 4;

  /** An attempt that takes longer was slow, whatever it came to. */
  static final Duration SLOW = Duration.ofSeconds(2);

  /** So many slow ones in a row are no chance. */
  static final int SLOW_MAX = OF_TENANT_MAX;

  /**
   * Tenants that are remembered, some 150 bytes each. When there are more, those with none under
   * way are not.
   */
  static final int TENANTS_MAX = 10_000;

  private static final long LOGGED_EVERY = Duration.ofHours(1).toNanos();

  private final Map<TenantId, Standing> standings = new HashMap<>();
  private int underWay;
  private int slowUnderWay;

  private static final class Standing {
    int underWay;
    int slow;
    long closedUntil;
    boolean isClosed;
    long logged;
    boolean isLogged;

    boolean isSlow() {
      return slow >= SLOW_MAX;
    }

    boolean isOver(long now) {
      return underWay == 0
          && slow == 0
          && (!isClosed || now - closedUntil >= 0)
          && (!isLogged || now - logged >= LOGGED_EVERY);
    }
  }

  synchronized int free() {
    return UNDER_WAY_MAX - underWay;
  }

  synchronized int underWay() {
    return underWay;
  }

  /** How many more a tenant may have under way. */
  synchronized int of(TenantId tenant, long nowNanos) {
    Standing standing = standings.get(tenant);
    if (standing == null) {
      return OF_TENANT_MAX;
    }
    if (standing.isClosed && nowNanos - standing.closedUntil < 0) {
      return 0;
    }
    if (standing.isSlow()) {
      return slowUnderWay < SLOW_UNDER_WAY_MAX ? Math.max(0, 1 - standing.underWay) : 0;
    }
    return OF_TENANT_MAX - standing.underWay;
  }

  synchronized void begun(TenantId tenant) {
    Standing standing = standing(tenant);
    standing.underWay++;
    underWay++;
    slowUnderWay += standing.isSlow() ? 1 : 0;
  }

  synchronized void ended(TenantId tenant, long nowNanos) {
    Standing standing = standing(tenant);
    slowUnderWay -= standing.isSlow() ? 1 : 0;
    standing.underWay--;
    underWay--;
    if (standing.isOver(nowNanos)) {
      standings.remove(tenant);
    }
  }

  /** An attempt of one that is under way was sent, and took so long. */
  synchronized void sent(TenantId tenant, long nanos) {
    Standing standing = standing(tenant);
    boolean wasSlow = standing.isSlow();
    standing.slow = nanos >= SLOW.toNanos() ? standing.slow + 1 : 0;
    if (wasSlow != standing.isSlow()) {
      slowUnderWay += wasSlow ? -standing.underWay : standing.underWay;
    }
  }

  /** Nothing of the tenant's is taken for a time. */
  synchronized void close(TenantId tenant, Duration time, long nowNanos) {
    Standing standing = standing(tenant);
    standing.isClosed = true;
    standing.closedUntil = nowNanos + time.toNanos();
  }

  /** Whether something of the tenant may be logged: once in an hour. */
  synchronized boolean mayLog(TenantId tenant, long nowNanos) {
    Standing standing = standing(tenant);
    if (standing.isLogged && nowNanos - standing.logged < LOGGED_EVERY) {
      return false;
    }
    standing.isLogged = true;
    standing.logged = nowNanos;
    return true;
  }

  private Standing standing(TenantId tenant) {
    Standing known = standings.get(tenant);
    if (known == null && standings.size() >= TENANTS_MAX) {
      standings.values().removeIf(it -> it.underWay == 0);
    }
    return standings.computeIfAbsent(tenant, id -> new Standing());
  }
}
