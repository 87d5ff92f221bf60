package dev.leat.failures.rig;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The wall clock of a process, which can be stepped while it runs; its monotonic clock is left
 * alone, as the system leaves it. By a library of some lines that is preloaded, compiled here: what
 * libfaketime does at each look at any clock made the JVM that it was given to ten times as slow,
 * and that was all that the scenario showed.
 */
public final class SteppedTime {
  private static final String SOURCE = "stepped-time.c";
  private static final Path COMPILER = Path.of("/usr/bin/cc");

  private final Path library;
  private final Path step;

  private SteppedTime(Path library, Path step) {
    this.library = library;
    this.step = step;
  }

  /**
   * Nothing where there is no C compiler, or no Linux.
   *
   * @param directory for the library and the step; made
   */
  public static Optional<SteppedTime> in(Path directory) throws IOException {
    if (!Files.isExecutable(COMPILER) || !System.getProperty("os.name").equals("Linux")) {
      return Optional.empty();
    }
    Path here = Files.createDirectories(directory.toAbsolutePath());
    Path source = here.resolve(SOURCE);
    try (InputStream written = SteppedTime.class.getResourceAsStream(SOURCE)) {
      Files.copy(Objects.requireNonNull(written, SOURCE), source);
    }
    SteppedTime time = new SteppedTime(here.resolve("stepped-time.so"), here.resolve("step"));
    Command.run(
        COMPILER.toString(),
        "-O2",
        "-shared",
        "-fPIC",
        "-o",
        time.library.toString(),
        source.toString(),
        "-ldl");
    time.step(Duration.ZERO);
    return Optional.of(time);
  }

  /** What the process needs in its environment. */
  public Map<String, String> environment() {
    return Map.of("LD_PRELOAD", library.toString(), "STEPPED_TIME", step.toString());
  }

  /** Sets the clock so far ahead of the machine's; seen at the next look at it. */
  public void step(Duration ahead) throws IOException {
    ByteBuffer seconds = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    seconds.putLong(ahead.toSeconds()).flip();
    try (FileChannel file =
        FileChannel.open(step, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(seconds);
    }
  }
}
