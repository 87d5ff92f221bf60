package dev.leat.tenants;

/** How many requests may be in flight at once. Any thread, without locks. */
public interface Places {
  /** Takes a place, if one is free; to be left. */
  boolean enter();

  void leave();

  /** Another number of places from now on; who has one keeps it. */
  void resize(long places);

  /** The places that are free. */
  long left();
}
