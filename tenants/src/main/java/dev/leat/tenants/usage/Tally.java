package dev.leat.tenants.usage;

import dev.leat.contract.Usage;
import java.util.concurrent.atomic.LongAdder;

/**
 * What was counted since it was made; it only grows. Any thread may add, one takes; what is added
 * while that one reads it takes the next time.
 */
final class Tally {
  private final LongAdder invocations = new LongAdder();
  private final LongAdder fuel = new LongAdder();
  private final LongAdder initFuel = new LongAdder();
  private final LongAdder cpuNanos = new LongAdder();
  private final LongAdder memoryKbMicros = new LongAdder();
  private final LongAdder bytesIn = new LongAdder();
  private final LongAdder bytesOut = new LongAdder();
  private final LongAdder outboundCalls = new LongAdder();
  private Amounts taken = Amounts.NONE; // confined to who takes

  /** Counts an invocation. */
  void count(Usage usage, long bytesRead, long bytesAnswered) {
    invocations.increment();
    add(bytesIn, bytesRead);
    add(bytesOut, bytesAnswered);
    charge(usage);
  }

  /** Counts what an invocation used, and not itself. */
  void charge(Usage usage) {
    add(fuel, usage.fuel());
    add(initFuel, usage.initFuel());
    add(cpuNanos, usage.cpuNanos());
    add(memoryKbMicros, Amounts.memoryKbMicros(usage));
  }

  private static void add(LongAdder adder, long more) {
    if (more != 0) {
      adder.add(more);
    }
  }

  /** What was added and not taken yet. */
  Amounts take() {
    Amounts now =
        new Amounts(
            invocations.sum(),
            fuel.sum(),
            initFuel.sum(),
            cpuNanos.sum(),
            memoryKbMicros.sum() / 1_000, // what is less than one waits for more
            bytesIn.sum(),
            bytesOut.sum(),
            outboundCalls.sum(),
            0);
    Amounts more = now.minus(taken);
    taken = now;
    return more;
  }
}
