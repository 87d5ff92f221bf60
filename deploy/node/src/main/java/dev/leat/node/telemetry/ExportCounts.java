package dev.leat.node.telemetry;

import java.util.concurrent.atomic.LongAdder;

/** How many items of a signal went which way. Safe for several threads. */
public final class ExportCounts {
  private final String signal;
  private final LongAdder exported = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder failed = new LongAdder();

  ExportCounts(String signal) {
    this.signal = signal;
  }

  void exported(long items) {
    exported.add(items);
  }

  void dropped(long items) {
    dropped.add(items);
  }

  void failed(long items) {
    failed.add(items);
  }

  /** {@code traces}, {@code metrics} or {@code logs}. */
  public String signal() {
    return signal;
  }

  /** Taken by the other side. */
  public long exported() {
    return exported.sum();
  }

  /** Left out, since too many waited. */
  public long dropped() {
    return dropped.sum();
  }

  /** Refused by the other side, or lost on the way. */
  public long failed() {
    return failed.sum();
  }
}
