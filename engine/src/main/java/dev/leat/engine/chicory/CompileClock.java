package dev.leat.engine.chicory;

import com.dylibso.chicory.compiler.internal.ByteClassCollector;
import dev.leat.contract.Finding;
import dev.leat.engine.ModuleRefused;
import java.time.Duration;
import java.util.List;

/** The time that a module has for being compiled. */
final class CompileClock {
  private final Duration time;
  private final long startedNanos = System.nanoTime();

  CompileClock(Duration time) {
    this.time = time;
  }

  /**
   * @throws ModuleRefused when the time is over
   */
  void look() {
    if (System.nanoTime() - startedNanos > time.toNanos()) {
      throw new ModuleRefused(
          List.of(
              new Finding(
                  "",
                  "Compiling the module took longer than the %s s that a module may take. Split it"
                          .formatted(seconds())
                      + " or build it smaller.")));
    }
  }

  private String seconds() {
    return time.toMillis() % 1_000 == 0
        ? Long.toString(time.toSeconds())
        : Double.toString(time.toMillis() / 1e3);
  }

  /**
   * A collector of compiled classes that looks at the clock for each: what it throws there ends the
   * compiler, which otherwise nothing interrupts.
   */
  ByteClassCollector collector() {
    return new ByteClassCollector() {
      @Override
      public void put(String className, byte[] bytes) {
        look();
        super.put(className, bytes);
      }
    };
  }
}
