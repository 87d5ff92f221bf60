package dev.leat.node;

import dev.leat.store.StoreFailure;
import dev.leat.store.encryption.Undecryptable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parts in an order in which each needs only those before it: started in that order, closed in the
 * reverse. What was not started is not closed; what cannot be closed keeps no other from it. Safe
 * for several threads.
 */
final class Lifecycle implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

  private final List<Part> parts = new ArrayList<>();
  private int startedParts;

  /** Adds a part after those that are there. */
  Lifecycle part(String name, Start start, Runnable close) {
    parts.add(new Part(name, start, close));
    return this;
  }

  /** Adds a part that has nothing to close. */
  Lifecycle part(String name, Start start) {
    return part(name, start, () -> {});
  }

  /**
   * Starts all parts. When one fails, those before it are running still, until {@link #close}; the
   * one that failed must have let go of what it took.
   */
  synchronized void start() throws IOException {
    for (Part part : parts.subList(startedParts, parts.size())) {
      LOG.debug("Starting part={}", part.name());
      start(part);
      startedParts++;
    }
  }

  private static void start(Part part) throws IOException {
    try {
      part.start().run();
    } catch (StoreFailure e) {
      throw new IOException(
          "%s: %s. Mend that, or restore the data from a backup, and start again."
              .formatted(e.getMessage(), Cause.words(Cause.root(e))),
          e);
    } catch (Undecryptable e) {
      throw new IOException(e.getMessage() + ".", e);
    }
  }

  /** Closes what is running; done again it does nothing. */
  @Override
  public synchronized void close() {
    while (startedParts > 0) {
      startedParts--;
      Part part = parts.get(startedParts);
      LOG.debug("Closing part={}", part.name());
      try {
        part.close().run();
      } catch (RuntimeException e) {
        LOG.warn("A part did not close in order part={}", part.name(), e);
      }
    }
  }

  /** How a part begins; it says what is wrong, and what to do about it, in the message. */
  interface Start {
    void run() throws IOException;
  }

  private record Part(String name, Start start, Runnable close) {}
}
