package dev.leat.store;

import org.slf4j.Logger;

/**
 * A round of work whose failures end no other: they are logged, a store that is away once until it
 * is back. For one thread.
 */
final class GuardedRound {
  private final String name;
  private final Logger log;
  private boolean isStoreAway;

  /**
   * @param name of what waits while its store is away
   */
  GuardedRound(String name, Logger log) {
    this.name = name;
    this.log = log;
  }

  void run(Runnable work) {
    try {
      work.run();
      isStoreAway = false;
    } catch (StoreFailure e) {
      if (!isStoreAway) {
        log.warn("All of '{}' waits until its store is back", name, e);
      }
      isStoreAway = true;
    } catch (RuntimeException | Error e) {
      log.error("A round of '{}' failed; the next one comes", name, e); // else none would
    }
  }
}
