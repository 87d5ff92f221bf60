package dev.leat.cluster.trust;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** A TLS handshake of two engines, which hand each other their bytes. */
final class Handshake {
  private final SSLEngine client;
  private final SSLEngine server;

  Handshake(SSLContext client, SSLContext server, String asked) {
    this.client = client.createSSLEngine(asked, 1);
    this.client.setUseClientMode(true);
    this.server = server.createSSLEngine();
    this.server.setUseClientMode(false);
    this.server.setNeedClientAuth(true);
  }

  /** What uses these managers; without a key it shows no certificate. */
  static SSLContext context(@Nullable KeyManager keys, TrustManager trust) {
    try {
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(
          keys == null ? new KeyManager[0] : new KeyManager[] {keys},
          new TrustManager[] {trust},
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Until both sides are through, or one of them refuses. */
  void run() throws SSLException {
    ByteBuffer toServer = ByteBuffer.allocate(100_000);
    ByteBuffer toClient = ByteBuffer.allocate(100_000);
    for (int round = 0; round < 100; round++) {
      step(client, toServer, toClient);
      step(server, toClient, toServer);
      if (isThrough(client) && isThrough(server) && toServer.position() == 0) {
        return;
      }
    }
    throw new AssertionError("No end of the handshake");
  }

  private static boolean isThrough(SSLEngine engine) {
    return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
  }

  private static void step(SSLEngine engine, ByteBuffer out, ByteBuffer in) throws SSLException {
    ByteBuffer nothing = ByteBuffer.allocate(0);
    ByteBuffer application = ByteBuffer.allocate(100_000);
    SSLEngineResult result;
    do {
      tasks(engine);
      result = engine.wrap(nothing, out);
      tasks(engine);
    } while (result.bytesProduced() > 0);
    in.flip();
    do {
      result = engine.unwrap(in, application);
      tasks(engine);
    } while (result.bytesConsumed() > 0);
    in.compact();
  }

  private static void tasks(SSLEngine engine) {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  X509Certificate seenByServer() throws SSLException {
    return (X509Certificate) server.getSession().getPeerCertificates()[0];
  }

  X509Certificate seenByClient() throws SSLException {
    return (X509Certificate) client.getSession().getPeerCertificates()[0];
  }
}
