package dev.leat.worker.capability;

import dev.leat.contract.HostCalls;
import dev.leat.contract.trace.CallTrace;
import dev.leat.engine.GuestInstance;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts what one power does for one instance within a call. A call of the host within another, as
 * when a guest makes room for an answer, counts in both. Confined to the guest's thread.
 */
final class HostCallMeter {
  private final String power;
  private final PowerCalls.OfPower all;
  private @Nullable CallTrace trace;
  private long calls;
  private long nanos;
  private long bytes;

  /**
   * @param all the calls of all instances
   */
  HostCallMeter(String power, PowerCalls.OfPower all) {
    this.power = power;
    this.all = all;
  }

  String power() {
    return power;
  }

  /**
   * @param ofCall what is noted of the call that begins; null for nothing
   */
  void reset(@Nullable CallTrace ofCall) {
    trace = ofCall;
    calls = 0;
    nanos = 0;
    bytes = 0;
  }

  /**
   * A call of the host is over.
   *
   * @param name of the function
   * @param startedNanos when it began
   * @param startedBytes what the guest had copied then: {@link GuestInstance#copiedBytes}
   */
  void count(
      GuestInstance guest, String name, PowerEnding ending, long startedNanos, long startedBytes) {
    long nowNanos = System.nanoTime();
    calls++;
    nanos += nowNanos - startedNanos;
    bytes += guest.copiedBytes() - startedBytes;
    all.count(ending);
    if (trace != null) {
      String error = ending.isError() ? ending.word() : null;
      trace.hostCall(name, power, startedNanos, nowNanos, error);
    }
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
