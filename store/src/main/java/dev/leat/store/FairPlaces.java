package dev.leat.store;

import dev.leat.contract.TenantId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Places at something that blocks, such as a database's connections. Only so much is done at the
 * same moment, half of it for one tenant at the most, and what a tenant has waiting stands in
 * nobody else's way. Safe for several threads.
 */
public final class FairPlaces {
  private final Semaphore places;
  private final int placesOfTenant;

  /** Only tenants that have something here. */
  private final Map<TenantId, Share> shares = new ConcurrentHashMap<>();

  /**
   * @param atOnce how much is done at the same moment
   */
  public FairPlaces(int atOnce) {
    this.places = new Semaphore(atOnce, true);
    this.placesOfTenant = (atOnce + 1) / 2;
  }

  /** Waits for a place, on the caller's thread, and does the work there. */
  public void run(TenantId tenant, Runnable work) {
    Share share = joined(tenant);
    share.places.acquireUninterruptibly();
    places.acquireUninterruptibly();
    try {
      work.run();
    } finally {
      places.release();
      share.places.release();
      left(tenant);
    }
  }

  /** The same within a time: false, and nothing is done, when no place was free in it. */
  public boolean tryRun(TenantId tenant, Duration patience, Runnable work) {
    Share share = joined(tenant);
    long deadline = System.nanoTime() + patience.toNanos();
    boolean hasShare = false;
    boolean hasPlace = false;
    try {
      hasShare = share.places.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
      hasPlace =
          hasShare
              && places.tryAcquire(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (hasPlace) {
        work.run();
      }
      return hasPlace;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      if (hasPlace) {
        places.release();
      }
      if (hasShare) {
        share.places.release();
      }
      left(tenant);
    }
  }

  private Share joined(TenantId tenant) {
    return shares.compute(tenant, (key, known) -> (known == null ? new Share() : known).joined());
  }

  private void left(TenantId tenant) {
    shares.computeIfPresent(tenant, (key, known) -> known.left());
  }

  /** What is done at the same moment for one tenant. */
  private final class Share {
    private final Semaphore places = new Semaphore(placesOfTenant, true);
    private int users; // with the map's lock of its entry

    Share joined() {
      users++;
      return this;
    }

    /** Null, so that it is not kept, when it was the last. */
    @Nullable Share left() {
      users--;
      return users == 0 ? null : this;
    }
  }
}
