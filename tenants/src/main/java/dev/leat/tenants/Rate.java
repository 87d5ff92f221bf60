package dev.leat.tenants;

/** How many may come in a time, with a burst after a pause. Any thread, without locks. */
public interface Rate {
  /** Takes one of those that may come now, if there is one. */
  boolean tryTake();

  /** Gives one back whose request something else has refused. */
  void giveBack();

  /** How many may come now. */
  long left();

  /** Another limit from now on: those that are left stay, as far as the burst allows. */
  void change(RateLimit limit);

  /** How long it is until one may come, in a cluster a guess; 0 if one may come now. */
  long waitNanos();
}
