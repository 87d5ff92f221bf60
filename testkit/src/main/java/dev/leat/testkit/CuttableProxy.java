package dev.leat.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Hands TCP connections on to a port of this machine until it is cut: then those that are there
 * end, and new ones are closed at once, until it is mended. It can also hold all that comes, as a
 * network does that loses everything, or a process that is stopped.
 */
public final class CuttableProxy implements AutoCloseable {
  private static final int BYTES = 16_384;

  private final int target;
  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Object passing = new Object();
  private volatile boolean cut;
  private boolean held; // with passing

  private CuttableProxy(int target, ServerSocket server) {
    this.target = target;
    this.server = server;
  }

  /** A proxy on a free port of 127.0.0.1. */
  public static CuttableProxy to(int target) {
    return to(target, InetAddress.getLoopbackAddress());
  }

  /** A proxy on a free port of another address of this machine. */
  public static CuttableProxy to(int target, InetAddress address) {
    try {
      CuttableProxy proxy = new CuttableProxy(target, new ServerSocket(0, 50, address));
      Thread.ofVirtual().start(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return server.getLocalPort();
  }

  public void cut() {
    cut = true;
    open.forEach(CuttableProxy::close);
  }

  public void mend() {
    cut = false;
  }

  /** Hands nothing on until {@link #letGo}, and keeps the connections. */
  public void hold() {
    synchronized (passing) {
      held = true;
    }
  }

  public void letGo() {
    synchronized (passing) {
      held = false;
      passing.notifyAll();
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        connect(server.accept());
      } catch (IOException e) {
        // The proxy or one connection was closed; if it was the proxy, the loop ends.
      }
    }
  }

  private void connect(Socket client) throws IOException {
    open.add(client);
    if (cut) { // looked at when it can be found by cut()
      close(client);
      return;
    }
    Socket upstream = new Socket(InetAddress.getLoopbackAddress(), target);
    open.add(upstream);
    Thread.ofVirtual().start(() -> pump(client, upstream));
    Thread.ofVirtual().start(() -> pump(upstream, client));
    if (cut) {
      close(client);
      close(upstream);
    }
  }

  private void pump(Socket from, Socket to) {
    try (from;
        to) {
      byte[] bytes = new byte[BYTES];
      for (int read = from.getInputStream().read(bytes);
          read >= 0;
          read = from.getInputStream().read(bytes)) {
        awaitPassing();
        to.getOutputStream().write(bytes, 0, read);
      }
    } catch (IOException e) {
      // One of both ends is gone; so is the other.
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private void awaitPassing() throws IOException {
    synchronized (passing) {
      while (held) {
        try {
          passing.wait();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    letGo();
    cut();
  }
}
