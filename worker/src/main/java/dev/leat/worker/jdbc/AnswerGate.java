package dev.leat.worker.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between a driver and its server, on loopback, and hangs up when the server answers one
 * request with more than so many bytes: the driver would keep them all. What the driver sends
 * begins another request. It ends with the first connection that is made through it. Threads of its
 * own wait for each side.
 */
final class AnswerGate implements AutoCloseable {
  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(5);
  private static final int BUFFER_BYTES = 8 << 10;

  /** A driver has its connection, and another for a moment to cancel what runs there. */
  private static final int BACKLOG = 4;

  private final InetSocketAddress server;
  private final long bytesMax;
  private final Executor threads;
  private final ServerSocket entry;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean isExceeded;

  /**
   * @param threads that may block
   */
  AnswerGate(String host, int port, long bytesMax, Executor threads) throws IOException {
    this.server = InetSocketAddress.createUnresolved(host, port);
    this.bytesMax = bytesMax;
    this.threads = threads;
    this.entry = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  /** Of loopback, where a driver connects to instead. */
  int port() {
    return entry.getLocalPort();
  }

  /** Whether it hung up because of an answer. */
  boolean isExceeded() {
    return isExceeded;
  }

  boolean isClosed() {
    return entry.isClosed();
  }

  private void accept() {
    boolean isFirst = true;
    while (!entry.isClosed()) {
      try {
        Socket driver = entry.accept();
        Runnable serving = isFirst ? () -> serveFirst(driver) : () -> serve(driver);
        threads.execute(serving);
        isFirst = false;
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serveFirst(Socket driver) {
    try (this) {
      serve(driver);
    }
  }

  private void serve(Socket driver) {
    open.add(driver);
    try (driver;
        Socket behind = new Socket()) {
      open.add(behind);
      if (isClosed()) { // asked after they were added: whoever closes sees them, or this does
        return;
      }
      behind.connect(
          new InetSocketAddress(server.getHostString(), server.getPort()),
          (int) CONNECT_PATIENCE.toMillis());
      behind.setTcpNoDelay(true);
      driver.setTcpNoDelay(true);
      AtomicLong answered = new AtomicLong();
      threads.execute(() -> ask(driver, behind, answered));
      answer(behind, driver, answered);
      open.remove(behind);
    } catch (IOException e) {
      // Each side sees that the other has hung up.
    } finally {
      open.remove(driver);
      open.removeIf(Socket::isClosed);
    }
  }

  private static void ask(Socket driver, Socket behind, AtomicLong answered) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try (driver;
        behind) {
      InputStream in = driver.getInputStream();
      OutputStream out = behind.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        answered.set(0);
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // The same.
    }
  }

  private void answer(Socket behind, Socket driver, AtomicLong answered) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    InputStream in = behind.getInputStream();
    OutputStream out = driver.getOutputStream();
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      if (answered.addAndGet(n) > bytesMax) {
        isExceeded = true;
        return;
      }
      out.write(buffer, 0, n);
    }
  }

  @Override
  public void close() {
    closeQuietly(entry);
    open.forEach(AnswerGate::closeQuietly);
    open.clear();
  }

  private static void closeQuietly(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception e) {
      // It is closed all the same.
    }
  }
}
