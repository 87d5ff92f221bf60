package dev.leat.contract;

import java.util.List;

/**
 * What an invocation had the host do, by power; those of WASI's own functions are not counted.
 *
 * @param powers each at most once; none when the host did nothing
 */
public record HostCalls(List<OfPower> powers) {
  public static final HostCalls NONE = new HostCalls(List.of());

  public HostCalls {
    powers = List.copyOf(powers);
    if (powers.stream().map(OfPower::power).distinct().count() != powers.size()) {
      throw new IllegalArgumentException("Each power counts once: " + powers);
    }
  }

  /** How many there were of all powers. */
  public long calls() {
    long calls = 0;
    for (OfPower of : powers) {
      calls += of.calls();
    }
    return calls;
  }

  /**
   * The calls of one power's functions, those that were denied included.
   *
   * @param power its word in manifests: {@link Grant#WORDS}
   * @param nanos that they took, waiting included
   * @param bytes that they copied out of the guest's memory and into it
   */
  public record OfPower(String power, long calls, long nanos, long bytes) {
    public OfPower {
      if (!Grant.WORDS.contains(power)) {
        throw new IllegalArgumentException("There is no power " + Excerpt.of(power));
      }
      if (calls < 0 || nanos < 0 || bytes < 0) {
        throw new IllegalArgumentException(
            "Counts must not be negative, were %d, %d, %d".formatted(calls, nanos, bytes));
      }
    }
  }
}
