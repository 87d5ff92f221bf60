package dev.leat.scheduler.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.cluster.NodeIdentity;
import dev.leat.cluster.trust.NodeCertificates;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import io.netty.handler.ssl.util.SimpleTrustManagerFactory;
import io.netty.util.concurrent.ImmediateExecutor;
import io.vertx.core.spi.tls.SslContextFactory;
import java.security.KeyStore;
import java.time.InstantSource;
import javax.net.ssl.KeyManager;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeerTlsTest {
  private final NodeIdentity identity =
      new NodeCertificates(TwoNodes.authority(), "there", InstantSource.system());
  private final EmbeddedChannel server = new EmbeddedChannel(handler(false));
  private final EmbeddedChannel client = new EmbeddedChannel(handler(true));

  private SslHandler handler(boolean forClient) {
    SslContextFactory factory =
        new PeerTls()
            .sslContextFactory()
            .forClient(forClient)
            .keyMananagerFactory(new Keys(identity))
            .trustManagerFactory(new Trust(identity));
    try {
      SslContext context = (forClient ? factory : factory.clientAuth(ClientAuth.REQUIRE)).create();
      String host = NodeIdentity.hostOf("there");
      return forClient
          ? context.newHandler(ByteBufAllocator.DEFAULT, host, 1, ImmediateExecutor.INSTANCE)
          : context.newHandler(ByteBufAllocator.DEFAULT, ImmediateExecutor.INSTANCE);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void shakeHands() {
    boolean moved = true;
    while (moved) {
      client.runPendingTasks();
      server.runPendingTasks();
      moved = carry(client, server) + carry(server, client) > 0;
    }
    assertThat(client.pipeline().get(SslHandler.class).handshakeFuture().isSuccess()).isTrue();
  }

  @AfterEach
  void close() {
    client.finishAndReleaseAll();
    server.finishAndReleaseAll();
  }

  /** How many pieces there were. */
  private static int carry(EmbeddedChannel from, EmbeddedChannel to) {
    int pieces = 0;
    for (Object piece = from.readOutbound(); piece != null; piece = from.readOutbound()) {
      to.writeInbound(piece);
      pieces++;
    }
    return pieces;
  }

  @Test
  void whatOneTurnWrites_isOneRecord() {
    for (int call = 0; call < 10; call++) {
      var unused = client.pipeline().writeAndFlush(Unpooled.wrappedBuffer(new byte[100]));
    }
    assertThat(client.outboundMessages()).isEmpty();

    client.runPendingTasks();

    assertThat(carry(client, server)).isEqualTo(1);
    int received = 0;
    for (ByteBuf piece = server.readInbound(); piece != null; piece = server.readInbound()) {
      received += piece.readableBytes();
      piece.release();
    }
    assertThat(received).isEqualTo(1_000);
  }

  @Test
  void whatIsWrittenBeforeTheEnd_isSentBeforeIt() {
    var written = client.pipeline().writeAndFlush(Unpooled.wrappedBuffer(new byte[100]));
    var closed = client.pipeline().close();
    client.runPendingTasks();

    carry(client, server);

    assertThat(server.<Object>readInbound()).isNotNull();
    assertThat(written.isSuccess()).isTrue();
    assertThat(closed.isSuccess()).isTrue();
  }

  private static final class Keys extends SimpleKeyManagerFactory {
    private final NodeIdentity identity;

    Keys(NodeIdentity identity) {
      this.identity = identity;
    }

    @Override
    protected void engineInit(KeyStore store, char[] password) {}

    @Override
    protected void engineInit(ManagerFactoryParameters parameters) {}

    @Override
    protected KeyManager[] engineGetKeyManagers() {
      return new KeyManager[] {identity.keys()};
    }
  }

  private static final class Trust extends SimpleTrustManagerFactory {
    private final NodeIdentity identity;

    Trust(NodeIdentity identity) {
      this.identity = identity;
    }

    @Override
    protected void engineInit(KeyStore store) {}

    @Override
    protected void engineInit(ManagerFactoryParameters parameters) {}

    @Override
    protected TrustManager[] engineGetTrustManagers() {
      return new TrustManager[] {identity.trust()};
    }
  }
}
