package dev.leat.node;

import dev.leat.store.DatabaseCheck;
import dev.leat.store.StoreFailure;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows whether the database works, without asking it: a thread of its own reads from it once a
 * second. It also writes, at once, when a statement failed as statements fail when a database is
 * away or its disk is full; until that succeeds the database counts as away. One that closed itself
 * is opened anew. Safe for several threads.
 */
final class DatabaseWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseWatch.class);
  private static final Duration EVERY = Duration.ofSeconds(1);

  /** So that what was changed elsewhere is known within a second of the database's return. */
  private static final Duration EVERY_WHILE_AWAY = Duration.ofMillis(250);

  /**
   * A good answer this old is none: the database hangs. Four times what a check may wait for a
   * connection ({@link NodeDatabase#CONNECTION_PATIENCE}).
   */
  static final Duration GOOD_FOR = Duration.ofSeconds(20);

  /** Connection trouble, no room, shutdowns, input and output. */
  private static final Set<String> ALARMING_CLASSES = Set.of("08", "53", "57", "58");

  private final DatabaseCheck check;
  private final Runnable reopen;
  private final Runnable renew;
  private final LongSupplier nanoTime;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("database-watch").unstarted(this::run);
  private volatile boolean good = true;
  private volatile boolean alarmed;
  private volatile long goodNanos;

  /** Before, tables are made, for as long as that takes. */
  private volatile boolean hasBegun;

  private volatile boolean closed;

  /**
   * @param reopen has a database that closed itself opened anew by the next connection
   * @param renew lets go of the connections from before it was away
   */
  DatabaseWatch(DatabaseCheck check, Runnable reopen, Runnable renew, LongSupplier nanoTime) {
    this.check = check;
    this.reopen = reopen;
    this.renew = renew;
    this.nanoTime = nanoTime;
  }

  void start() {
    goodNanos = nanoTime.getAsLong();
    hasBegun = true;
    thread.start();
  }

  /**
   * Whether the database worked when it was looked at last, lately, or was not looked at yet.
   * Blocks never.
   */
  boolean isAvailable() {
    return good && (!hasBegun || nanoTime.getAsLong() - goodNanos < GOOD_FOR.toNanos());
  }

  /** To be told of every failed statement. Blocks never. */
  void failed(SQLException failure) {
    if (good && !alarmed && (DatabaseCheck.hasClosedItself(failure) || isAlarming(failure))) {
      alarmed = true;
      LockSupport.unpark(thread);
    }
  }

  private static boolean isAlarming(SQLException failure) {
    String state = failure.getSQLState();
    return state != null && state.length() == 5 && ALARMING_CLASSES.contains(state.substring(0, 2));
  }

  private void run() {
    while (!closed) {
      try {
        look();
      } catch (RuntimeException | Error e) {
        LOG.error("Looking at the database failed; the next look comes", e); // else none would
      }
      LockSupport.parkNanos((good ? EVERY : EVERY_WHILE_AWAY).toNanos());
    }
  }

  /** Whether the database is away, or may be. */
  boolean isAlarmed() {
    return alarmed || !good;
  }

  /** Looks at the database now, and has it opened anew if it closed itself. */
  void look() {
    boolean wasAlarmed = isAlarmed();
    Optional<StoreFailure> failure = tried(wasAlarmed);
    if (failure.filter(DatabaseCheck::hasClosedItself).isPresent()) {
      reopen.run();
      failure = tried(true);
    }
    if (wasAlarmed && failure.isEmpty()) {
      renew.run();
    }
    alarmed = false;
    failure.ifPresentOrElse(this::away, this::works);
  }

  private Optional<StoreFailure> tried(boolean writes) {
    try {
      if (writes) {
        check.write();
      } else {
        check.read();
      }
      return Optional.empty();
    } catch (StoreFailure e) {
      // Another's check, of a node that was paused within it, may hold the row: it answers.
      return DatabaseCheck.isWaitForALock(e) ? Optional.empty() : Optional.of(e);
    }
  }

  private void away(StoreFailure failure) {
    if (good) {
      LOG.warn(
          "The database is away: control-plane operations answer 503, invocations go on cause={}",
          Cause.root(failure).toString());
    }
    good = false;
  }

  private void works() {
    if (!good) {
      LOG.info("The database is back");
    }
    goodNanos = nanoTime.getAsLong();
    hasBegun = true;
    good = true;
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
