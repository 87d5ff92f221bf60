package dev.leat.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A real Redis on a free port of loopback, a process of this test's own, which keeps nothing on
 * disk. It is Debian's {@code redis-server}; tests are skipped where that is not installed.
 */
public final class RedisServer implements AutoCloseable {
  /** A free port may be taken by another before Redis has it. */
  private static final int ATTEMPTS = 5;

  private final List<String> options;
  private int port;
  private @Nullable Process process;

  private RedisServer(List<String> options) {
    this.options = options;
  }

  /** Whether there is one to start. */
  public static boolean isInstalled() {
    try {
      return new ProcessBuilder("redis-server", "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * @param options of the command line, such as {@code --requirepass}
   */
  public static RedisServer start(String... options) {
    RedisServer server = new RedisServer(List.of(options));
    for (int i = 0; i < ATTEMPTS; i++) {
      server.port = freePort();
      if (server.starts()) {
        return server;
      }
    }
    throw new IllegalStateException("Redis does not start");
  }

  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** Ends it, and all that it kept. */
  public void stop() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      try {
        if (!running.waitFor(10, TimeUnit.SECONDS)) {
          throw new IllegalStateException("Redis does not end");
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      process = null;
    }
  }

  /** Another, empty, at the same address. */
  public void restart() {
    stop();
    Eventually.holds("Redis starts at the same port", this::starts);
  }

  /** Stops it in its tracks: what it is sent is neither refused nor answered. */
  public void pause() {
    signal("-STOP");
  }

  public void resume() {
    signal("-CONT");
  }

  private void signal(String signal) {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("Redis does not run");
    }
    try {
      int code = new ProcessBuilder("kill", signal, Long.toString(running.pid())).start().waitFor();
      if (code != 0) {
        throw new IllegalStateException("kill " + signal + " ended with " + code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    stop();
  }

  /** Gives whether it listens; it ends by itself if the port is taken. */
  private boolean starts() {
    List<String> command = new ArrayList<>(List.of("redis-server"));
    command.addAll(List.of("--bind", "127.0.0.1", "--port", Integer.toString(port)));
    command.addAll(List.of("--save", "", "--appendonly", "no", "--dir", "/tmp"));
    command.addAll(options);
    try {
      Process started =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      process = started;
      Eventually.holds("Redis answers", () -> !started.isAlive() || answers());
      if (!started.isAlive()) {
        process = null;
        return false;
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asked without a password it may answer that it wants one, which is an answer. */
  private boolean answers() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(1_000);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return in.read() > 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
