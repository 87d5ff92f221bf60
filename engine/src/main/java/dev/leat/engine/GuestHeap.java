package dev.leat.engine;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * The bytes of the JVM's heap that all guests' memories together may take, so that guests which
 * each keep their own limit cannot exhaust the node. Safe for several threads.
 */
public final class GuestHeap {
  private final long maxBytes;
  private final AtomicLong heldBytes = new AtomicLong();
  private volatile LongConsumer onShortage = missingBytes -> {};

  public GuestHeap(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** A heap without a bound, for tests and tools that run few guests. */
  public static GuestHeap unbounded() {
    return new GuestHeap(Long.MAX_VALUE);
  }

  /**
   * Five eighths of the JVM's heap: request bodies get one, compiled modules and the platform
   * itself the rest.
   */
  public static GuestHeap ofThisJvm() {
    return new GuestHeap(Runtime.getRuntime().maxMemory() / 8 * 5);
  }

  /** Calls {@code reclaim} with the bytes that are missing when a reservation would fail. */
  public void onShortage(LongConsumer reclaim) {
    onShortage = reclaim;
  }

  /** Takes so many bytes, or none: false when they are not to be had even after reclaiming. */
  public boolean reserve(long bytes) {
    if (tryReserve(bytes)) {
      return true;
    }
    if (bytes > maxBytes) {
      return false; // nobody's instances need to go for what can never be had
    }
    onShortage.accept(heldBytes.get() + bytes - maxBytes);
    return tryReserve(bytes);
  }

  private boolean tryReserve(long bytes) {
    long held;
    do {
      held = heldBytes.get();
      if (bytes > maxBytes - held) {
        return false;
      }
    } while (!heldBytes.compareAndSet(held, held + bytes));
    return true;
  }

  /** Takes or gives back without asking: what is there already is counted, be it over the bound. */
  public void adjust(long bytes) {
    heldBytes.addAndGet(bytes);
  }

  public long heldBytes() {
    return heldBytes.get();
  }
}
