package dev.leat.scheduler.http;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * Java's TLS, which sends what one turn of the event loop writes together: HTTP/2 flushes each call
 * by itself, and each flush is a record to encrypt, a system call, and a packet that wakes the
 * other node (RATIONALE, "Why is what a turn of an event loop writes between nodes sent
 * together?").
 */
final class PeerTls extends JdkSSLEngineOptions {
  @Override
  public PeerTls copy() {
    return new PeerTls();
  }

  @Override
  public SslContextFactory sslContextFactory() {
    return new DefaultSslContextFactory(SslProvider.JDK, false) {
      @Override
      public SslContext create() throws SSLException {
        return new Together(super.create());
      }
    };
  }

  private static final class Together extends DelegatingSslContext {
    Together(SslContext context) {
      super(context);
    }

    @Override
    protected SslHandler newHandler(
        ByteBufAllocator allocator, boolean startTls, Executor executor) {
      return new Handler(newEngine(allocator), startTls, executor);
    }

    @Override
    protected SslHandler newHandler(
        ByteBufAllocator allocator, String host, int port, boolean startTls, Executor executor) {
      return new Handler(newEngine(allocator, host, port), startTls, executor);
    }

    @Override
    protected void initEngine(SSLEngine engine) {}
  }

  /** Confined to its connection's event loop. */
  private static final class Handler extends SslHandler {
    private boolean willFlush;

    Handler(SSLEngine engine, boolean startTls, Executor executor) {
      super(engine, startTls, executor);
    }

    /** Comes after what waits for the loop already, which may write more. */
    @Override
    public void flush(ChannelHandlerContext connection) {
      if (!willFlush) {
        willFlush = true;
        connection.executor().execute(() -> flushAll(connection));
      }
    }

    private void flushAll(ChannelHandlerContext connection) {
      if (!willFlush || connection.isRemoved()) {
        return; // it is closed: what was written went before, or has failed
      }
      willFlush = false;
      try {
        super.flush(connection);
      } catch (Exception e) {
        connection.fireExceptionCaught(e); // as Netty does with what a flush throws
      }
    }

    /** TLS takes nothing any more once its end is begun. */
    @Override
    public void close(ChannelHandlerContext connection, ChannelPromise closed) throws Exception {
      flushAll(connection);
      super.close(connection, closed);
    }

    @Override
    public void disconnect(ChannelHandlerContext connection, ChannelPromise closed)
        throws Exception {
      flushAll(connection);
      super.disconnect(connection, closed);
    }
  }
}
