package dev.leat.failures.rig;

import dev.leat.cli.Leat;
import dev.leat.testkit.AnotherJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A node in a JVM of its own, as the launcher starts it, and the signals that it can be sent. */
public final class NodeProcess implements AutoCloseable {
  /** Small: three nodes, a database and the load share a developer's machine. */
  private static final String HEAP = "-Xmx256m";

  private static final Duration START_PATIENCE = Duration.ofMinutes(4);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(10);
  private static final int TAIL_LINES = 15;

  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(1))
          .build();

  private final String name;
  private final Place place;
  private final int port;
  private final Path directory;
  private final List<String> arguments;
  private @Nullable Path launcher;
  private @Nullable Process process;

  /**
   * @param directory for its state, configuration and logs; made
   * @param arguments of {@code leat}, without {@code --data}, {@code --host} and {@code --port}
   */
  public NodeProcess(String name, Place place, int port, Path directory, List<String> arguments) {
    this.name = name;
    this.place = place;
    this.port = port;
    this.directory = directory;
    this.arguments = List.copyOf(arguments);
  }

  /** From now on it is started by this launcher, from the built distribution. */
  public NodeProcess by(Path script) {
    launcher = script;
    return this;
  }

  public String name() {
    return name;
  }

  public Place place() {
    return place;
  }

  public Target target() {
    return new Target(name, new InetSocketAddress(place.address(), port));
  }

  public String url() {
    return "http://" + place.address() + ":" + port;
  }

  /** All that it has written to standard error, over all its lives. */
  public Path log() {
    return directory.resolve(name + ".log");
  }

  public String operatorToken() throws IOException {
    return Files.readString(directory.resolve("data/operator.token")).strip();
  }

  /** Starts the process, and returns at once. */
  public NodeProcess start(String... more) throws IOException {
    Files.createDirectories(directory);
    List<String> flags = new ArrayList<>(AnotherJvm.flagsOfNodes());
    flags.add(HEAP);
    List<String> all = new ArrayList<>(arguments);
    all.addAll(
        List.of(
            "--data",
            directory.resolve("data").toString(),
            "--host",
            place.address(),
            "--port",
            String.valueOf(port)));
    all.addAll(List.of(more));
    ProcessBuilder builder = command(flags, all);
    builder.command().addAll(0, place.prefix());
    builder.environment().putAll(place.environment());
    process =
        builder
            .redirectOutput(Redirect.appendTo(out().toFile()))
            .redirectError(Redirect.appendTo(log().toFile()))
            .start();
    return this;
  }

  private ProcessBuilder command(List<String> flags, List<String> leat) {
    if (launcher == null) {
      return AnotherJvm.of(flags, Leat.class, leat.toArray(String[]::new));
    }
    List<String> command = new ArrayList<>(List.of(launcher.toAbsolutePath().toString()));
    command.addAll(leat);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("LEAT_OPTS", HEAP);
    return builder;
  }

  /** Until it is ready; answers how long that took from now on. */
  public Duration awaitReady() throws IOException {
    long started = System.nanoTime();
    while (!isReady()) {
      if (!isAlive()) {
        throw new IOException(name + " ended before it was ready:\n" + tail());
      }
      if (System.nanoTime() - started > START_PATIENCE.toNanos()) {
        throw new IOException(name + " is not ready after " + START_PATIENCE + ":\n" + tail());
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
    return Duration.ofNanos(System.nanoTime() - started);
  }

  public boolean isReady() {
    return status("/health/ready") == 200;
  }

  /** The status of a GET, 0 where nothing answers within two seconds. */
  public int status(String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url() + path)).timeout(Duration.ofSeconds(2)).build();
    try {
      return HTTP.send(request, BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Whether it has ever said that it is. */
  public boolean hasBeenReady() throws IOException {
    return Files.readString(out()).contains("Leat is ready at ");
  }

  private Path out() {
    return directory.resolve(name + ".out");
  }

  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Sends SIGKILL; returns when the process is gone. */
  public void kill() {
    signal("KILL");
    awaitEnd();
  }

  /** Sends SIGSTOP. */
  public void pause() {
    signal("STOP");
  }

  /** Sends SIGCONT. */
  public void resume() {
    signal("CONT");
  }

  /** Sends SIGTERM; returns how long the node took to end. */
  public Duration terminate() {
    long started = System.nanoTime();
    signal("TERM");
    awaitEnd();
    return Duration.ofNanos(System.nanoTime() - started);
  }

  /** Until the process has ended by itself; answers its exit code. */
  public int awaitEnd() {
    Process running = Objects.requireNonNull(process, "not started");
    try {
      if (!running.waitFor(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException(name + " does not end:\n" + tail());
      }
      return running.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void signal(String signal) {
    long pid = Objects.requireNonNull(process, "not started").pid();
    Command.run("kill", "-" + signal, String.valueOf(pid));
  }

  /** What it has used of all cores. */
  public Duration cpuTime() {
    return Objects.requireNonNull(process, "not started")
        .info()
        .totalCpuDuration()
        .orElse(Duration.ZERO);
  }

  /** The end of what it wrote, without what guests wrote. */
  public String tail() {
    try {
      List<String> lines =
          Files.readAllLines(log()).stream().filter(line -> !line.contains(" guest ")).toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it however it is. */
  @Override
  public void close() {
    if (process != null && process.isAlive()) {
      var unused = process.destroyForcibly(); // SIGKILL: it ends a process that stands still too
      awaitEnd();
    }
  }
}
