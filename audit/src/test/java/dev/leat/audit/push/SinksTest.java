package dev.leat.audit.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.leat.audit.AuditChain;
import dev.leat.audit.AuditEntry;
import dev.leat.audit.AuditRecord;
import dev.leat.audit.AuditStore;
import dev.leat.contract.TenantId;
import dev.leat.testkit.TestCertificate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sinks against real servers. */
class SinksTest {
  private static final List<AuditRecord> RECORDS =
      AuditChain.after(
          new AuditStore.Head(0, AuditChain.GENESIS),
          List.of(entry("key.revoke", true, "ü\n"), entry("a b", false, "")));

  @TempDir Path directory;

  @Test
  void syslog_sendsOneMessageARecord() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<byte[]> received = thread.submit(() -> read(server));

      new SyslogSink("127.0.0.1", server.getLocalPort(), null, "node-1").send(RECORDS);

      assertThat(messages(received.get(10, TimeUnit.SECONDS)))
          .satisfiesExactly(
              done ->
                  assertThat(done)
                      .startsWith(
                          "<110>1 2026-01-31T12:00:00Z node-1 leat - key.revoke - \uFEFF{\"action\":")
                      .contains("ü\\n"),
              denied -> assertThat(denied).startsWith("<108>1 ").contains(" leat - a?b - "));
    }
  }

  @Test
  void syslog_overTls_isTakenByTheServerThatItTrusts_andByNoOther() throws Exception {
    SSLContext trusted = context("trusted");
    try (ServerSocket server =
            trusted
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<byte[]> received = thread.submit(() -> read(server));
      new SyslogSink("127.0.0.1", server.getLocalPort(), trusted.getSocketFactory(), "node-1")
          .send(RECORDS);
      assertThat(messages(received.get(10, TimeUnit.SECONDS))).hasSize(2);

      Future<?> refused = thread.submit(() -> read(server));
      SyslogSink other =
          new SyslogSink(
              "127.0.0.1", server.getLocalPort(), context("other").getSocketFactory(), "node-1");
      assertThatThrownBy(() -> other.send(RECORDS)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> refused.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IOException.class);
    }
  }

  @Test
  void syslog_thatBreaksOff_hasNotTakenThem() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      thread.execute(() -> {
        try (Socket accepted = server.accept()) {
          accepted.setSoLinger(true, 0); // closed by a reset, with all that came unread
          assertThat(accepted.getInputStream().read()).isNotNegative();
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
      });

      assertThatThrownBy(() ->
              new SyslogSink("127.0.0.1", server.getLocalPort(), null, "node-1").send(RECORDS))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void webhook_getsLines_andMustAnswerThatItTookThem() throws Exception {
    List<String> received = new ArrayList<>();
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 1);
    try {
      server.createContext(
          "/in",
          exchange -> {
            received.add(exchange.getRequestHeaders().getFirst("Authorization"));
            received.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
          });
      server.createContext(
          "/away",
          exchange -> {
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
          });
      server.start();
      String base = "http://127.0.0.1:" + server.getAddress().getPort();

      new WebhookSink(URI.create(base + "/in"), "secret").send(RECORDS);

      assertThat(received)
          .containsExactly(
              "Bearer secret",
              AuditChain.text(AuditChain.line(RECORDS.get(0)))
                  + AuditChain.text(AuditChain.line(RECORDS.get(1))));
      assertThatThrownBy(() -> new WebhookSink(URI.create(base + "/away"), "").send(RECORDS))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("503");
    } finally {
      server.stop(0);
    }
  }

  /** All that comes on one connection. */
  private static byte[] read(ServerSocket server) throws IOException {
    try (Socket accepted = server.accept()) {
      return accepted.getInputStream().readAllBytes();
    }
  }

  /** The messages by their lengths. */
  private static List<String> messages(byte[] bytes) throws IOException {
    InputStream in = new ByteArrayInputStream(bytes);
    List<String> messages = new ArrayList<>();
    while (in.available() > 0) {
      StringBuilder length = new StringBuilder();
      int read;
      while ((read = in.read()) != ' ') {
        length.append((char) read);
      }
      messages.add(new String(in.readNBytes(Integer.parseInt(length.toString())), UTF_8));
    }
    return messages;
  }

  /** One with a key of its own, which it trusts. */
  private SSLContext context(String name) {
    return TestCertificate.of(directory, name, "ip:127.0.0.1").context();
  }

  private static AuditEntry entry(String action, boolean allowed, String details) {
    return new AuditEntry(
        Instant.parse("2026-01-31T12:00:00Z"),
        Optional.of(new TenantId("acme")),
        "someone",
        action,
        "",
        allowed,
        details,
        "");
  }
}
