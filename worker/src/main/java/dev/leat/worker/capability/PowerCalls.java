package dev.leat.worker.capability;

import dev.leat.contract.Grant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** How often guests called each power, and how that ended. Safe for several threads. */
public final class PowerCalls {
  private final Map<String, OfPower> powers = new TreeMap<>();

  public PowerCalls() {
    Grant.WORDS.forEach(power -> powers.put(power, new OfPower()));
  }

  OfPower of(String power) {
    OfPower known = powers.get(power);
    if (known == null) {
      throw new IllegalArgumentException("There is no power " + power);
    }
    return known;
  }

  /** Calls the reader for each power and ending. */
  public void forEach(Reader reader) {
    powers.forEach((power, of) -> {
      for (PowerEnding ending : PowerEnding.values()) {
        reader.read(power, ending, of.counts[ending.ordinal()].sum());
      }
    });
  }

  /** Takes a number. */
  @FunctionalInterface
  public interface Reader {
    void read(String power, PowerEnding ending, long count);
  }

  /** Those of one power. */
  static final class OfPower {
    private final LongAdder[] counts =
        Stream.generate(LongAdder::new)
            .limit(PowerEnding.values().length)
            .toArray(LongAdder[]::new);

    void count(PowerEnding ending) {
      counts[ending.ordinal()].increment();
    }
  }
}
