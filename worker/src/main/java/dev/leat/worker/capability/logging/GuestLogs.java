package dev.leat.worker.capability.logging;

import dev.leat.contract.TenantId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What guests may write to the log: so much in one call, so much of one tenant's in a second, and
 * so much of all tenants' ({@link NodeSecond}), as it stands in the log, with what escaping adds.
 * The line that passes a bound is the last that is kept; after it one line says that more are left
 * out, and those are counted. Safe for several threads.
 */
public final class GuestLogs {
  /** A guest writes them faster than any log can take them. */
  static final int LINES_PER_CALL = 1_000;

  /** Some 300 lines of a usual length: a page of a stack trace and more. */
  static final int BYTES_PER_CALL = 64 << 10;

  /** 22 GB a day; as much may be written at once. */
  static final int BYTES_PER_SECOND = 256 << 10;

  /** Tenants of whom something is kept before those that have not written lately are forgotten. */
  private static final int TENANTS_KEPT = 1_000;

  private static final long SECOND_NANOS = NodeSecond.NANOS;

  /** After a minute anyone has all back; more would overflow. */
  private static final long COUNTED_NANOS_MAX = 60 * SECOND_NANOS;

  private static final String TOO_MUCH_OF_A_CALL =
      "More than %d lines or %d bytes: the rest of this call's log is left out"
          .formatted(LINES_PER_CALL, BYTES_PER_CALL);

  private static final String TOO_MUCH_OF_A_TENANT =
      "More than %d bytes a second of this tenant's functions: lines are left out"
          .formatted(BYTES_PER_SECOND);

  private static final String TOO_MUCH_OF_THE_NODE =
      "More than %d bytes a second of all functions of this node: lines of several are left out"
          .formatted(NodeSecond.BYTES);

  private final GuestLog log;
  private final LongSupplier nanoTime;
  private final Map<TenantId, Share> shares = new ConcurrentHashMap<>();
  private final LongAdder droppedOfCalls = new LongAdder();
  private final LongAdder droppedOfTenants = new LongAdder();
  private final LongAdder droppedOfNode = new LongAdder();
  private final NodeSecond second;

  public GuestLogs(GuestLog log, LongSupplier nanoTime) {
    this.log = log;
    this.nanoTime = nanoTime;
    this.second = new NodeSecond(nanoTime.getAsLong());
  }

  /** The log of one call. Confined to the call's thread. */
  public CallLog of(GuestLog.From from) {
    return new CallLog(from, share(from.version().function().tenant()));
  }

  /** Lines left out since their calls had written too much. */
  public long droppedOfCalls() {
    return droppedOfCalls.sum();
  }

  /** Lines left out since their tenants had written too much. */
  public long droppedOfTenants() {
    return droppedOfTenants.sum();
  }

  /** Lines left out since all tenants together had written too much. */
  public long droppedOfNode() {
    return droppedOfNode.sum();
  }

  /** Tenants of whom something is kept. */
  int tenants() {
    return shares.size();
  }

  private Share share(TenantId tenant) {
    Share share = shares.get(tenant);
    if (share != null) {
      return share;
    }
    if (shares.size() >= TENANTS_KEPT) {
      long now = nanoTime.getAsLong();
      shares.values().removeIf(other -> other.isWhole(now));
    }
    return shares.computeIfAbsent(tenant, first -> new Share(nanoTime.getAsLong()));
  }

  /** What one call writes. */
  public final class CallLog {
    private final GuestLog.From from;
    private final Share share;
    private int lines;
    private long bytes;
    private boolean saidThatMoreAreLeftOut;

    private CallLog(GuestLog.From from, Share share) {
      this.from = from;
      this.share = share;
    }

    /** Keeps a line, or leaves it out. */
    public void line(GuestLog.Level level, String text) {
      if (lines >= LINES_PER_CALL || bytes >= BYTES_PER_CALL) {
        droppedOfCalls.increment();
        if (!saidThatMoreAreLeftOut) {
          saidThatMoreAreLeftOut = true;
          write(GuestLog.Level.WARN, TOO_MUCH_OF_A_CALL);
        }
        return;
      }
      long now = nanoTime.getAsLong();
      if (!share.isLeft(now)) {
        droppedOfTenants.increment();
        if (share.isToBeSaid(now)) {
          write(GuestLog.Level.WARN, TOO_MUCH_OF_A_TENANT);
        }
      } else if (!second.isLeft(share.part, now)) {
        droppedOfNode.increment();
        if (second.isToBeSaid()) {
          write(GuestLog.Level.WARN, TOO_MUCH_OF_THE_NODE);
        }
      } else {
        int written = write(level, text.length() <= GuestLog.TEXT_MAX ? text : cut(text));
        bytes += written;
        lines += written > 0 ? 1 : 0;
      }
    }

    private int write(GuestLog.Level level, String text) {
      int written = log.line(from, level, text);
      share.use(written);
      second.use(share.part, written);
      return written;
    }

    private static String cut(String text) {
      return text.substring(0, GuestLog.TEXT_MAX);
    }
  }

  /** What a tenant may still write, which comes back with time. */
  private static final class Share {
    final NodeSecond.Part part = new NodeSecond.Part();
    private long bytesLeft = BYTES_PER_SECOND;
    private long countedNanos;
    private long saidNanos;

    Share(long nowNanos) {
      this.countedNanos = nowNanos;
      this.saidNanos = nowNanos - SECOND_NANOS;
    }

    synchronized boolean isLeft(long nowNanos) {
      count(nowNanos);
      return bytesLeft > 0;
    }

    synchronized boolean isWhole(long nowNanos) {
      count(nowNanos);
      return bytesLeft == BYTES_PER_SECOND;
    }

    /** Once a second. */
    synchronized boolean isToBeSaid(long nowNanos) {
      boolean isDue = nowNanos - saidNanos >= SECOND_NANOS;
      saidNanos = isDue ? nowNanos : saidNanos;
      return isDue;
    }

    /** May use more than is left: what a line takes is known when it is written. */
    synchronized void use(int bytes) {
      bytesLeft -= bytes;
    }

    private void count(long nowNanos) {
      long elapsed = Math.min(nowNanos - countedNanos, COUNTED_NANOS_MAX);
      long back = elapsed * BYTES_PER_SECOND / SECOND_NANOS;
      if (back > 0) {
        bytesLeft = Math.min(BYTES_PER_SECOND, bytesLeft + back);
        countedNanos = nowNanos;
      }
    }
  }
}
