package dev.leat.worker.capability.database;

import dev.leat.contract.TenantId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much answers of databases may take of the node's memory: of all tenants together, half of it
 * of one. Safe for several threads.
 */
public final class ResultRoom {
  private final long max;
  private final AtomicLong all = new AtomicLong();

  /** Only tenants of whom there is something. */
  private final Map<TenantId, Long> ofTenants = new ConcurrentHashMap<>();

  public ResultRoom(long max) {
    this.max = max;
  }

  /**
   * An eighth of the heap: on one of 512 MB 60 statements at once, each with the largest answer.
   */
  public static ResultRoom ofThisJvm() {
    return new ResultRoom(Runtime.getRuntime().maxMemory() / 8);
  }

  /** Whether so much was taken; it is to be given back. */
  boolean take(TenantId tenant, long bytes) {
    if (all.addAndGet(bytes) > max) {
      all.addAndGet(-bytes);
      return false;
    }
    boolean[] taken = new boolean[1];
    ofTenants.compute(
        tenant,
        (key, had) -> {
          long sum = (had == null ? 0 : had) + bytes;
          taken[0] = sum <= max / 2;
          return taken[0] ? (Long) sum : had;
        });
    if (!taken[0]) {
      all.addAndGet(-bytes);
    }
    return taken[0];
  }

  void give(TenantId tenant, long bytes) {
    ofTenants.compute(
        tenant, (key, had) -> had == null || had <= bytes ? null : (Long) (had - bytes));
    all.addAndGet(-bytes);
  }

  /** What is taken. */
  public long taken() {
    return all.get();
  }
}
