package dev.leat.bench;

import dev.leat.testkit.AnotherJvm;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** A server in a JVM of its own. It ends when this process does, or when closed. */
final class ChildServer implements AutoCloseable {
  private static final String READY = "serving ";

  private final Process process;
  private final String url;

  /** Starts a main class that calls {@link #serving}; returns when it serves. */
  ChildServer(List<String> flags, Class<?> main, String... arguments) throws IOException {
    process =
        AnotherJvm.of(flags, main, arguments)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line;
    do {
      line = lines.readLine();
      if (line == null) {
        throw new EOFException(main.getSimpleName() + " ended before it served");
      }
    } while (!line.startsWith(READY));
    url = line.substring(READY.length());
  }

  /** Called in the child: says where it serves, and waits until it is no longer needed. */
  static void serving(String url) throws IOException {
    System.out.println(READY + url);
    while (System.in.read() >= 0) {
      // What is sent means nothing; the end means the end.
    }
  }

  String url() {
    return url;
  }

  /** What the server has used of all cores since it started. */
  Duration cpuTime() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroy();
    }
  }
}
