package dev.leat.gateway.http;

import dev.leat.contract.TenantId;
import java.util.HashMap;
import java.util.Map;

/**
 * The bytes that bodies of requests and responses may hold at once, shared so that nobody can take
 * the others' part. Who holds bytes holds a {@link Reservation} and closes it when the bytes
 * themselves are let go. Safe for several threads.
 *
 * <p>A holder may have up to {@value #OF_FREE} times what would then still be free (the dynamic
 * threshold of Choudhury and Hahne, 1998). So one tenant alone gets two thirds, two that take turns
 * two fifths each, and whoever takes all it can leaves a third of what it found; nobody has to say
 * how many there will be. A quarter of all is kept for the control plane, so that publishing, and
 * an operator, find room beside functions whose callers send all they can.
 */
public final class BodyMemory {
  /** Two: a single holder gets most, and the next ones find room at once. */
  static final int OF_FREE = 2;

  private static final int CONTROL_PART = 4;

  private final long max;
  private final long ofFunctionsMax;
  private final Holders functions = new Holders();
  private final Holders control = new Holders();

  public BodyMemory(long max) {
    this.max = max;
    this.ofFunctionsMax = max - max / CONTROL_PART;
  }

  /** For a body of a call of the tenant's functions; nothing is held yet. */
  public Reservation ofFunctions(TenantId tenant) {
    return new Reservation(functions, tenant.value());
  }

  /**
   * For a body of the control plane; nothing is held yet.
   *
   * @param caller whose part it takes: the tenant of the token that it came with, for example
   */
  public Reservation ofControl(String caller) {
    return new Reservation(control, caller);
  }

  /** What one holder alone can have, so the largest body that ever finds room. */
  public long largest(boolean isControl) {
    return (isControl ? max : ofFunctionsMax) / (1 + OF_FREE) * OF_FREE;
  }

  public long max() {
    return max;
  }

  public synchronized long held() {
    return functions.held + control.held;
  }

  private synchronized boolean take(Holders kind, String holder, long bytes) {
    long ofHolder = kind.byName.getOrDefault(holder, 0L) + bytes;
    long free = max - functions.held - control.held - bytes;
    if (kind == functions) {
      free = Math.min(free, ofFunctionsMax - functions.held - bytes);
    }
    if (free < 0 || ofHolder / OF_FREE > free) {
      return false;
    }
    kind.change(holder, ofHolder, bytes);
    return true;
  }

  private synchronized void giveBack(Holders kind, String holder, long bytes) {
    kind.change(holder, kind.byName.getOrDefault(holder, 0L) - bytes, -bytes);
  }

  /** Who holds how much, of one of the two kinds; with the lock held. */
  private static final class Holders {
    private final Map<String, Long> byName = new HashMap<>();
    private long held;

    private void change(String holder, long ofHolder, long bytes) {
      if (ofHolder == 0) {
        byName.remove(holder);
      } else {
        byName.put(holder, ofHolder);
      }
      held += bytes;
    }
  }

  /** What one request holds. Safe for several threads. */
  public final class Reservation implements AutoCloseable {
    private final Holders kind;
    private final String holder;
    private long bytes;
    private boolean closed;

    private Reservation(Holders kind, String holder) {
      this.kind = kind;
      this.holder = holder;
    }

    /** Takes so many bytes more, or none: false when there is no room, or it is closed. */
    public synchronized boolean take(long more) {
      if (closed || !BodyMemory.this.take(kind, holder, more)) {
        return false;
      }
      bytes += more;
      return true;
    }

    /** Gives all back and takes so many bytes, or none: false when there is no room for them. */
    public synchronized boolean exchange(long other) {
      giveBack(bytes);
      return other == 0 || take(other);
    }

    /** Gives so many bytes of those taken back. */
    public synchronized void giveBack(long fewer) {
      if (fewer > bytes) {
        throw new IllegalArgumentException(fewer + " bytes of " + bytes + " are given back");
      }
      if (fewer > 0) {
        bytes -= fewer;
        BodyMemory.this.giveBack(kind, holder, fewer);
      }
    }

    /** Gives all back and takes no more; further calls do nothing. */
    @Override
    public synchronized void close() {
      closed = true;
      giveBack(bytes);
    }
  }
}
