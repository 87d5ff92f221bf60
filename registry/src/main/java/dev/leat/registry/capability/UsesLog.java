package dev.leat.registry.capability;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.permission.PermissionType;
import dev.leat.store.Rounds;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * Counts what functions ask of the host on this node, and writes it down every five seconds. A
 * crash loses what was not written. Safe for several threads; counting takes a lock for some
 * hundred nanoseconds, once for each call and resource.
 */
public final class UsesLog implements AutoCloseable {
  private static final Duration WRITE_EVERY = Duration.ofSeconds(5);

  /** Functions that are written at once, a transaction each; the others are next. */
  static final int WRITTEN_MAX = 100;

  /**
   * Functions of which something is to be written: of each 1,000 names of some 100 bytes at the
   * most, and a few in general. What others ask is not counted meanwhile.
   */
  static final int FUNCTIONS_MAX = 2_000;

  private final UsesStore store;
  private final InstantSource clock;
  private final Rounds rounds = new Rounds("uses", WRITE_EVERY, this::write);

  /** Those waiting longest first; with its own lock held. */
  private final SequencedMap<FunctionRef, Uses> counted = new LinkedHashMap<>();

  public UsesLog(UsesStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  public void start() {
    rounds.start();
  }

  /**
   * A call of the function is over, in which it asked for this.
   *
   * @param resource short, and without what may be secret of a URL
   */
  public void count(
      FunctionRef function, PermissionType type, String resource, long allowed, long denied) {
    Asked asked = Asked.of(type, resource);
    synchronized (counted) {
      Uses uses = counted.get(function);
      if (uses == null) {
        if (counted.size() >= FUNCTIONS_MAX) {
          return;
        }
        uses = new Uses();
        counted.put(function, uses);
      }
      uses.add(asked, new Uses.Count(allowed, denied));
    }
  }

  /** Writes what was counted of those that wait longest. */
  void write() {
    List<FunctionRef> next;
    synchronized (counted) {
      next = new ArrayList<>(counted.keySet());
    }
    next.stream().limit(WRITTEN_MAX).forEach(this::write);
  }

  /** Writes what was counted of the function. */
  public void write(FunctionRef function) {
    Uses uses;
    synchronized (counted) {
      uses = counted.remove(function);
    }
    if (uses == null) {
      return;
    }
    boolean isWritten = false;
    try {
      isWritten = store.add(function, today(), uses);
    } finally {
      if (!isWritten) {
        putBack(function, uses);
      }
    }
  }

  private void putBack(FunctionRef function, Uses uses) {
    synchronized (counted) {
      counted.computeIfAbsent(function, first -> new Uses()).add(uses);
    }
  }

  private LocalDate today() {
    return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
  }

  /** Functions of which something is to be written. */
  int waiting() {
    synchronized (counted) {
      return counted.size();
    }
  }

  /** Writes what was counted, then stops; does nothing where it was not started. */
  @Override
  public void close() {
    rounds.close();
  }
}
