package dev.leat.worker.capability;

import dev.leat.contract.HostCalls;
import dev.leat.engine.GuestInstance;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts what one power does for one instance within a call. A call of the host within another, as
 * when a guest makes room for an answer, counts in both. Confined to the guest's thread.
 */
final class HostCallMeter {
  private final String power;
  private long calls;
  private long nanos;
  private long bytes;

  HostCallMeter(String power) {
    this.power = power;
  }

  String power() {
    return power;
  }

  void reset() {
    calls = 0;
    nanos = 0;
    bytes = 0;
  }

  /**
   * A call of the host is over, however it ended.
   *
   * @param startedNanos when it began
   * @param startedBytes what the guest had copied then: {@link GuestInstance#copiedBytes}
   */
  void count(GuestInstance guest, long startedNanos, long startedBytes) {
    calls++;
    nanos += System.nanoTime() - startedNanos;
    bytes += guest.copiedBytes() - startedBytes;
  }

  /** What they counted; without those of no call. */
  static HostCalls sum(List<HostCallMeter> meters) {
    List<HostCalls.OfPower> powers = null;
    for (int i = 0; i < meters.size(); i++) {
      HostCallMeter meter = meters.get(i);
      if (meter.calls > 0) {
        powers = powers == null ? new ArrayList<>(meters.size()) : powers;
        powers.add(new HostCalls.OfPower(meter.power, meter.calls, meter.nanos, meter.bytes));
      }
    }
    return powers == null ? HostCalls.NONE : new HostCalls(powers);
  }
}
