package dev.leat.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.cli.Leat;
import dev.leat.node.Answered;
import dev.leat.node.NodeUnderTest;
import dev.leat.node.RawConnection;
import dev.leat.testkit.AnotherJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code leat up} as the launcher starts it, in a JVM of its own with 512 MB. */
final class SeparateNode extends NodeUnderTest {
  private static final Pattern READY =
      Pattern.compile("Leat is ready at (\\S+) \\(operator token: (.*)\\)");
  private static final Pattern GUEST_LINE = Pattern.compile("^\\S+ [A-Z]+ +guest ");
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final Path errors;
  private final NodeJvm jvm;
  private final InetAddress attackers = addressOfAttackers();

  private SeparateNode(Process process, Path errors, Matcher ready) {
    super(ready.group(1), Path.of(ready.group(2)));
    this.process = process;
    this.errors = errors;
    this.jvm = new NodeJvm(process.pid());
  }

  /**
   * @param directory for its state and what it says
   */
  static SeparateNode start(Path directory) {
    Path errors = directory.resolve("node.log");
    List<String> flags = new ArrayList<>(AnotherJvm.flagsOfNodes());
    assertThat(flags).contains("-XX:+UseParallelGC");
    flags.add("-Xmx512m");
    try {
      Process process =
          AnotherJvm.of(
                  flags,
                  Leat.class,
                  "up",
                  "--data",
                  directory.resolve("data").toString(),
                  "--port",
                  "0")
              .redirectError(errors.toFile())
              .start();
      BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        Matcher ready = READY.matcher(line);
        if (ready.find()) {
          return new SeparateNode(process, errors, ready);
        }
      }
      process.destroyForcibly();
      throw new AssertionError("The node ended before it was ready: " + Files.readString(errors));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Another address of this host where it has one, so that attackers are told from others. */
  private static InetAddress addressOfAttackers() {
    try {
      InetAddress other = InetAddress.getByAddress(new byte[] {127, 0, 0, 2});
      try (ServerSocket probe = new ServerSocket(0, 1, other)) {
        return probe.getInetAddress();
      }
    } catch (IOException e) {
      return InetAddress.getLoopbackAddress();
    }
  }

  /** Whether attackers come from an address of their own. */
  boolean hasAddressOfAttackers() {
    return !attackers.equals(InetAddress.getLoopbackAddress());
  }

  /** An attacker's connection. */
  RawConnection attackersConnection() {
    return RawConnection.from(attackers, port());
  }

  NodeJvm jvm() {
    return jvm;
  }

  Metrics metrics() {
    Answered answered = request("GET", "/metrics").operator().send();
    assertThat(answered.status()).as(answered.toString()).isEqualTo(200);
    return Metrics.parse(answered.text());
  }

  /** What it has reported of its own defects on standard error; guests may say what they like. */
  List<String> defects() {
    try (Stream<String> lines = Files.lines(errors)) {
      return lines
          .filter(line -> !GUEST_LINE.matcher(line).find())
          .filter(line -> line.contains(" ERROR ") || line.contains("OutOfMemoryError"))
          .map(line -> line.substring(0, Math.min(line.length(), 300)))
          .limit(20)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long errorBytes() {
    try {
      return Files.size(errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends SIGTERM; returns how long the node took to end. */
  Duration terminate() {
    long started = System.nanoTime();
    process.destroy();
    try {
      assertThat(process.waitFor(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as("the node ends within %s", STOP_PATIENCE)
          .isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return Duration.ofNanos(System.nanoTime() - started);
  }

  @Override
  public void close() {
    super.close();
    jvm.close();
    process.destroyForcibly();
  }
}
