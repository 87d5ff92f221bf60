package dev.leat.failures.rig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The wall clock of a process, which can be stepped while it runs; its monotonic clock is left
 * alone, as the system leaves it. By libfaketime.
 */
public final class SteppedTime {
  private static final List<Path> LIBRARIES =
      List.of(
          Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
          Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"),
          Path.of("/usr/lib64/faketime/libfaketimeMT.so.1"));

  private final Path library;
  private final Path step;

  private SteppedTime(Path library, Path step) {
    this.library = library;
    this.step = step;
  }

  /**
   * Nothing where libfaketime is not installed.
   *
   * @param step the file that says how far the clock is off; made
   */
  public static Optional<SteppedTime> of(Path step) throws IOException {
    Optional<Path> library = LIBRARIES.stream().filter(Files::exists).findFirst();
    if (library.isEmpty()) {
      return Optional.empty();
    }
    SteppedTime time = new SteppedTime(library.get(), step);
    time.step(Duration.ZERO);
    return Optional.of(time);
  }

  /** What the process needs in its environment. */
  public Map<String, String> environment() {
    return Map.of(
        "LD_PRELOAD",
        library.toString(),
        "FAKETIME_TIMESTAMP_FILE",
        step.toString(),
        "FAKETIME_DONT_FAKE_MONOTONIC",
        "1",
        "FAKETIME_CACHE_DURATION",
        "1");
  }

  /** Sets the clock so far ahead of the machine's; seen within a second. */
  public void step(Duration ahead) throws IOException {
    Files.createDirectories(step.toAbsolutePath().getParent());
    Files.writeString(step, (ahead.isNegative() ? "" : "+") + ahead.toSeconds() + "\n");
  }
}
