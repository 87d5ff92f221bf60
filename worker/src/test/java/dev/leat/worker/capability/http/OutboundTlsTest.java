package dev.leat.worker.capability.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Allowance;
import dev.leat.contract.Headers;
import dev.leat.contract.TenantId;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.testkit.Eventually;
import dev.leat.worker.capability.HostCode;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * TLS to an address that was looked at before, by the certificate of the name that was asked for;
 * and an operator's proxy, which requests and tunnels go through.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OutboundTlsTest {
  private static final String NAME = "api.example.com";
  private static final TenantId TENANT = new TenantId("acme");
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

  private final Vertx vertx =
      Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setUseDaemonThread(true));
  private final List<String> lookedUp = new CopyOnWriteArrayList<>();
  private final List<OutboundHttp> opened = new ArrayList<>();
  private TlsServer server;
  private TrustOptions trusted;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    KeyStore keys = keys(directory);
    server = new TlsServer(keys);
    TrustManagerFactory certificates = TrustManagerFactory.getInstance("PKIX");
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("it", keys.getCertificate("it"));
    certificates.init(store);
    trusted = TrustOptions.wrap(certificates.getTrustManagers()[0]);
  }

  @AfterEach
  void nothingIsUnderWay() {
    for (OutboundHttp outbound : opened) {
      Eventually.holds("all is over", () -> outbound.underWay() == 0);
      outbound.close();
    }
    opened.clear();
    lookedUp.clear();
    server.asked.clear();
    server.named.clear();
  }

  @AfterAll
  void stop() throws Exception {
    server.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void aServer_isAskedAtItsAddress_byItsName_andKnownByItsCertificate() throws Exception {
    OutboundHttp outbound = outbound("", trusted);

    HttpAnswer answer = send(outbound, "https://" + NAME + ":" + server.port() + "/a?b=c");

    assertThat(answer).isInstanceOf(HttpAnswer.Received.class);
    assertThat(server.named).containsExactly(NAME);
    assertThat(server.asked)
        .singleElement()
        .asString()
        .startsWith("GET /a?b=c HTTP/1.1\r\n")
        .containsIgnoringCase("\r\nhost: " + NAME + ":" + server.port() + "\r\n");
    assertThat(lookedUp).containsExactly(NAME);
  }

  @Test
  void aServer_whoseCertificateIsOfAnotherName_orOfNobodyKnown_isToldNothing() throws Exception {
    HttpAnswer otherName =
        send(outbound("", trusted), "https://other.example.com:" + server.port() + "/");
    HttpAnswer nobody = send(outbound("", null), "https://" + NAME + ":" + server.port() + "/");

    assertThat(otherName).matches(OutboundTlsTest::isFailed, "the wrong name");
    assertThat(nobody).matches(OutboundTlsTest::isFailed, "nobody's certificate");
    assertThat(server.asked).isEmpty();
  }

  @Test
  void aProxy_isHandedRequests_andLooksUpTheirNames() throws Exception {
    try (Proxy proxy = new Proxy(server.port())) {
      OutboundHttp outbound = outbound(proxy.url(), trusted);

      HttpAnswer plain = send(outbound, "http://" + NAME + "/a?b=c");
      HttpAnswer ours = send(outbound, "http://localhost/");
      HttpAnswer metadata = send(outbound, "http://169.254.169.254/latest");

      assertThat(plain).isInstanceOf(HttpAnswer.Received.class);
      assertThat(proxy.asked)
          .singleElement()
          .asString()
          .startsWith("GET http://" + NAME + "/a?b=c HTTP/1.1\r\n");
      assertThat(ours).matches(none -> code(none) == HostCode.DENIED);
      assertThat(metadata).matches(none -> code(none) == HostCode.DENIED);
      assertThat(lookedUp).isEmpty();
    }
  }

  @Test
  void aProxy_tunnelsTls_andTheServerBehindItIsKnownByItsCertificate() throws Exception {
    try (Proxy proxy = new Proxy(server.port())) {
      OutboundHttp outbound = outbound(proxy.url(), trusted);

      HttpAnswer answer = send(outbound, "https://" + NAME + "/a");
      HttpAnswer wrong = send(outbound, "https://other.example.com/a");

      assertThat(answer).isInstanceOf(HttpAnswer.Received.class);
      assertThat(wrong).matches(OutboundTlsTest::isFailed, "the wrong name");
      assertThat(proxy.asked.getFirst()).startsWith("CONNECT " + NAME + ":443 HTTP/1.1\r\n");
      assertThat(server.named).first().isEqualTo(NAME);
      assertThat(server.asked).singleElement().asString().startsWith("GET /a HTTP/1.1\r\n");
      assertThat(lookedUp).isEmpty();
    }
  }

  @Test
  void aProxy_thatIsAway_orRefuses_isNoAnswer() throws Exception {
    Proxy gone = new Proxy(server.port());
    gone.close();
    try (Proxy refusing = new Proxy(-1)) {
      assertThat(send(outbound(gone.url(), trusted), "http://" + NAME + "/"))
          .matches(OutboundTlsTest::isFailed, "away");
      assertThat(send(outbound(refusing.url(), trusted), "https://" + NAME + "/"))
          .matches(OutboundTlsTest::isFailed, "refused");
    }
  }

  private OutboundHttp outbound(String proxy, @Nullable TrustOptions trust) {
    OutboundHttp outbound =
        new OutboundHttp(
            vertx,
            new OutboundConfig(8, 16 << 20, 8, List.of("127.0.0.1"), proxy),
            tenant -> Allowance.PLATFORM,
            host -> {
              lookedUp.add(host);
              return CompletableFuture.completedFuture(List.of(InetAddress.ofLiteral("127.0.0.1")));
            },
            trust);
    opened.add(outbound);
    return outbound;
  }

  private static HttpAnswer send(OutboundHttp outbound, String url) throws Exception {
    HttpTarget target = HttpTarget.of(url).orElseThrow();
    String uri = url.substring(url.indexOf('/', url.indexOf("//") + 2));
    OutboundRequest request = new OutboundRequest("GET", target, uri, Headers.NONE, new byte[0]);
    try (HttpAnswer answer = outbound.begin(TENANT, request).answer().get(30, TimeUnit.SECONDS)) {
      return answer;
    }
  }

  private static boolean isFailed(HttpAnswer answer) {
    return code(answer) == HostCode.FAILED;
  }

  private static int code(HttpAnswer answer) {
    return answer instanceof HttpAnswer.None(int code, String why) ? code : HostCode.DONE;
  }

  /** A key with a certificate of {@link #NAME}, by the JDK's own tool. */
  private static KeyStore keys(Path directory) throws Exception {
    Path file = directory.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "it",
                "-keyalg",
                "EC",
                "-dname",
                "CN=nobody",
                "-ext",
                "san=dns:" + NAME,
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD);
    }
    return keys;
  }

  /** Up to the blank line; null at the end. */
  private static @Nullable String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return null;
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static void accept(ServerSocket socket, Connected connected) {
    Thread.ofVirtual()
        .start(() -> {
          while (!socket.isClosed()) {
            try {
              Socket client = socket.accept();
              Thread.ofVirtual()
                  .start(() -> {
                    try (client) {
                      connected.serve(client);
                    } catch (IOException e) {
                      // it hung up
                    }
                  });
            } catch (IOException e) {
              return; // closed
            }
          }
        });
  }

  @FunctionalInterface
  private interface Connected {
    void serve(Socket client) throws IOException;
  }

  /** Says hi, to whoever takes its certificate. */
  private static final class TlsServer implements AutoCloseable {
    private final ServerSocket socket;
    final List<String> asked = new CopyOnWriteArrayList<>();

    /** By which names clients asked for it, before they said anything else. */
    final List<String> named = new CopyOnWriteArrayList<>();

    TlsServer(KeyStore keys) throws Exception {
      KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
      own.init(keys, PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own.getKeyManagers(), null, null);
      socket =
          context
              .getServerSocketFactory()
              .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
      accept(socket, client -> serve((SSLSocket) client));
    }

    int port() {
      return socket.getLocalPort();
    }

    private void serve(SSLSocket client) throws IOException {
      client.startHandshake();
      ((ExtendedSSLSession) client.getSession())
          .getRequestedServerNames()
          .forEach(name -> named.add(((SNIHostName) name).getAsciiName()));
      for (String head = head(client.getInputStream());
          head != null;
          head = head(client.getInputStream())) {
        asked.add(head);
        client.getOutputStream().write(OK.getBytes(ISO_8859_1));
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /**
   * An HTTP proxy: answers requests by itself, and tunnels to one port, whatever it is asked for.
   */
  private static final class Proxy implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int behind;
    final List<String> asked = new CopyOnWriteArrayList<>();

    /**
     * @param behind below 0 to refuse
     */
    Proxy(int behind) throws IOException {
      this.behind = behind;
      accept(socket, this::serve);
    }

    String url() {
      return "http://127.0.0.1:" + socket.getLocalPort();
    }

    private void serve(Socket client) throws IOException {
      for (Optional<String> head = Optional.ofNullable(head(client.getInputStream()));
          head.isPresent();
          head = Optional.ofNullable(head(client.getInputStream()))) {
        asked.add(head.get());
        if (!head.get().startsWith("CONNECT ")) {
          client.getOutputStream().write(OK.getBytes(ISO_8859_1));
        } else if (behind < 0) {
          client.getOutputStream().write("HTTP/1.1 403 No\r\n\r\n".getBytes(ISO_8859_1));
          return;
        } else {
          client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(ISO_8859_1));
          tunnel(client);
          return;
        }
      }
    }

    private void tunnel(Socket client) throws IOException {
      try (Socket server = new Socket(InetAddress.getLoopbackAddress(), behind)) {
        Thread.ofVirtual().start(() -> copy(server, client));
        client.getInputStream().transferTo(server.getOutputStream());
      }
    }

    private static void copy(Socket from, Socket to) {
      try (from;
          to;
          OutputStream out = to.getOutputStream()) {
        from.getInputStream().transferTo(out);
      } catch (IOException e) {
        // one of them hung up
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
