package dev.leat.tenants;

import java.util.concurrent.atomic.AtomicLong;

/** Counts who is in. */
final class LocalPlaces implements Places {
  private volatile long places;
  private final AtomicLong taken = new AtomicLong();

  LocalPlaces(long places) {
    this.places = places;
  }

  @Override
  public boolean enter() {
    long before;
    do {
      before = taken.get();
      if (before >= places) {
        return false;
      }
    } while (!taken.compareAndSet(before, before + 1));
    return true;
  }

  @Override
  public void leave() {
    taken.decrementAndGet();
  }

  @Override
  public void resize(long number) {
    places = number;
  }

  @Override
  public long left() {
    return Math.max(0, places - taken.get());
  }
}
