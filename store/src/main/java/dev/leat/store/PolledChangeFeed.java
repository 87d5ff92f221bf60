package dev.leat.store;

import dev.leat.contract.Change;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Reads the table of changes: a thread of its own does every {@link #EVERY}, or sooner when it is
 * woken, and whoever calls {@link #catchUp} does at once. A database that is away costs no more
 * than one that is there, so it is asked as often.
 */
public final class PolledChangeFeed implements ChangeFeed, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PolledChangeFeed.class);

  /** A change committed elsewhere is taken over within this time and that of reading it. */
  public static final Duration EVERY = Duration.ofMillis(500);

  /** What {@link #catchUp} waits at most for others who read: many times what that takes. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final Changes changes;
  private final WakeUp wakeUp;
  private final List<Reader> readers = new CopyOnWriteArrayList<>();
  private final Thread thread = Thread.ofPlatform().daemon().name("changes").unstarted(this::run);

  /** Held while changes are read and handed over. */
  private final ReentrantLock turn = new ReentrantLock();

  /** The last change that was handed over; changed with the turn. */
  private volatile Changes.Position seen = Changes.Position.NONE;

  /** The number of the last change when old ones were removed; of the feed's thread. */
  private long pruned;

  /** Rounds that have begun; changed with the turn. */
  private volatile long begun;

  /** The last round that left nobody behind; with the turn. */
  private long lastGood;

  private boolean failing;
  private volatile boolean closed;

  public PolledChangeFeed(DataSource source, WakeUp wakeUp) {
    this.changes = new Changes(source);
    this.wakeUp = wakeUp;
  }

  @Override
  public void subscribe(Subscriber subscriber) {
    readers.add(new Reader(subscriber));
  }

  /** Has each subscriber load what it holds, in their order. Blocks; called once, before start. */
  public void load() {
    turn.lock();
    try {
      seen = changes.last(); // before they load, so that nothing falls between
      readers.forEach(reader -> reader.subscriber.load());
    } finally {
      turn.unlock();
    }
  }

  /** Begins to hand over changes. */
  public void start() {
    thread.start();
  }

  @Override
  public void wake() {
    LockSupport.unpark(thread);
  }

  @Override
  public boolean catchUp() {
    long earlier = begun; // rounds up to this one may have read before the caller's commit
    wakeUp.others();
    try {
      if (!turn.tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.warn("This node takes over changes slowly; they hold here later than answered");
        return false;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    try {
      return lastGood > earlier || round();
    } finally {
      turn.unlock();
    }
  }

  private void run() {
    while (!closed) {
      turn.lock();
      try {
        round();
      } catch (RuntimeException | Error e) {
        LOG.error("Handing over changes failed; the next round comes", e); // else none would
      } finally {
        turn.unlock();
      }
      pruneAtTimes();
      LockSupport.parkNanos(EVERY.toNanos());
    }
  }

  /** Here, and so beside all who write, who would wait for it. */
  private void pruneAtTimes() {
    long last = seen.number();
    if (Math.abs(last - pruned) < Changes.PRUNED_AFTER) {
      return;
    }
    try {
      changes.prune();
      pruned = last;
    } catch (RuntimeException e) {
      LOG.debug("Old changes cannot be removed just now; they are later", e);
    }
  }

  /** Hands over what there is; false if somebody did not get all of it. */
  private boolean round() {
    begun++;
    try {
      readers.forEach(Reader::loadIfBehind);
      handOver();
      if (failing) {
        failing = false;
        LOG.info("Changes are read again");
      }
    } catch (RuntimeException e) {
      if (!failing) {
        failing = true;
        LOG.warn("Changes cannot be read just now; they are taken over later", e);
      }
      return false;
    }
    if (readers.stream().anyMatch(reader -> reader.isBehind)) {
      return false;
    }
    lastGood = begun;
    return true;
  }

  private void handOver() {
    Changes.Batch batch;
    do {
      batch = changes.after(seen);
      if (!batch.follows()) {
        loadEverything();
        return;
      }
      for (Changes.Numbered change : batch.changes()) {
        if (change.number() != seen.number() + 1) {
          loadEverything();
          return;
        }
        handOver(change);
        seen = change.position();
      }
    } while (batch.isFull());
    if (batch.last() != seen.number()) {
      loadEverything();
    }
  }

  /** When changes are not there any more, or the database was put back. */
  private void loadEverything() {
    Changes.Position last = changes.last();
    LOG.warn(
        "Changes are missing, or the database was put back; everything is loaded anew read={}"
            + " last={}",
        seen.number(),
        last.number());
    seen = last;
    readers.forEach(Reader::fallBehind);
    readers.forEach(Reader::loadIfBehind);
  }

  private void handOver(Changes.Numbered numbered) {
    try {
      Optional<Change> change = numbered.text().change();
      if (change.isPresent()) {
        readers.forEach(reader -> reader.get(change.get()));
      } else {
        LOG.warn(
            "A change is left out: a newer version made it, and this one holds nothing of its kind"
                + " number={} kind={}",
            numbered.number(),
            numbered.text().kind());
      }
    } catch (IllegalArgumentException e) {
      LOG.warn(
          "A change cannot be read; everything is loaded anew number={} kind={}",
          numbered.number(),
          numbered.text().kind(),
          e);
      readers.forEach(Reader::fallBehind);
      readers.forEach(Reader::loadIfBehind);
    }
  }

  /** Lets a round that runs end. Not by an interrupt, which H2's files do not bear. */
  @Override
  public void close() {
    closed = true;
    wake();
    try {
      if (thread.isAlive() && !thread.join(CLOSE_PATIENCE)) {
        LOG.warn("The reading of changes did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A subscriber, and whether it missed something. */
  private static final class Reader {
    private final Subscriber subscriber;
    private boolean isBehind;
    private boolean isReported;

    Reader(Subscriber subscriber) {
      this.subscriber = subscriber;
    }

    void fallBehind() {
      isBehind = true;
    }

    void get(Change change) {
      if (!isBehind) {
        attempt(() -> subscriber.changed(change));
      }
    }

    void loadIfBehind() {
      if (isBehind) {
        attempt(subscriber::load);
      }
    }

    private void attempt(Runnable takingOver) {
      try {
        takingOver.run();
        isBehind = false;
        isReported = false;
      } catch (RuntimeException | Error e) {
        isBehind = true;
        report(e);
      }
    }

    /** Once, however often it fails before it succeeds. */
    private void report(Throwable failure) {
      if (!isReported) {
        LOG.atLevel(failure instanceof StoreFailure ? Level.WARN : Level.ERROR)
            .setCause(failure)
            .log(
                "Taking over a change failed; everything is loaded instead by={}",
                subscriber.getClass().getSimpleName());
      }
      isReported = true;
    }
  }
}
