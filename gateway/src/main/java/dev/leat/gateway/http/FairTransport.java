package dev.leat.gateway.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Java's own transport, on which connections take turns: an event loop reads at most {@value
 * #BYTES_IN_TURN} bytes of one before it looks at the others. Netty would read sixteen times 64
 * KiB, and whoever fills these with the shortest of requests, or chunks of one byte, keeps the loop
 * for tens of milliseconds up to seconds.
 */
public final class FairTransport implements Transport {
  /**
   * Some 200 short requests, so a few milliseconds. A large body takes a look at the selector, some
   * microseconds, for each of these: it still comes at hundreds of megabytes a second.
   */
  static final int BYTES_IN_TURN = 8_192;

  /** Netty's own: a connection's buffer begins with these sizes and grows with what is read. */
  private static final int BYTES_MIN = 64;

  private static final int BYTES_AT_FIRST = 2_048;

  @Override
  public String name() {
    return NIO.name();
  }

  @Override
  public boolean available() {
    return NIO.available();
  }

  @Override
  public @Nullable Throwable unavailabilityCause() {
    return NIO.unavailabilityCause();
  }

  @Override
  public io.vertx.core.spi.transport.Transport implementation() {
    return new Fair(NIO.implementation());
  }

  private record Fair(io.vertx.core.spi.transport.Transport nio)
      implements io.vertx.core.spi.transport.Transport {
    @Override
    public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap server) {
      nio.configure(options, domainSocket, server);
      server.childOption(
          ChannelOption.RECVBUF_ALLOCATOR,
          new AdaptiveRecvByteBufAllocator(BYTES_MIN, BYTES_AT_FIRST, BYTES_IN_TURN)
              .maxMessagesPerRead(1));
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
      return nio.ioHandlerFactory();
    }

    @Override
    public DatagramChannel datagramChannel() {
      return nio.datagramChannel();
    }

    @Override
    @SuppressWarnings("deprecation") // a method of the interface
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
      return nio.datagramChannel(family);
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
      return nio.channelFactory(domainSocket);
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
      return nio.serverChannelFactory(domainSocket);
    }
  }
}
