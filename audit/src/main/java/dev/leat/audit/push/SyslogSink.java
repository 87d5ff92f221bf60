package dev.leat.audit.push;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.leat.audit.AuditChain;
import dev.leat.audit.AuditRecord;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A syslog server: RFC 5424 messages, each with its length before it, over TLS (RFC 5425) or plain
 * TCP (RFC 6587). Syslog has no acknowledgement, so each batch has a connection of its own: it is
 * taken when the server, having read to the end, closes it too.
 */
public final class SyslogSink implements AuditSink {
  /** Facility 13, log audit; severities 6, informational, and 4, warning (RFC 5424, 6.2.1). */
  private static final int DONE = 13 * 8 + 6;

  private static final int DENIED = 13 * 8 + 4;

  private final String host;
  private final int port;
  private final @Nullable SSLSocketFactory tls;
  private final String node;

  /**
   * @param tls null for plain TCP
   * @param node the HOSTNAME of the messages
   */
  public SyslogSink(String host, int port, @Nullable SSLSocketFactory tls, String node) {
    this.host = host;
    this.port = port;
    this.tls = tls;
    this.node = node;
  }

  @Override
  public String name() {
    return "syslog";
  }

  @Override
  public void send(List<AuditRecord> records) throws IOException {
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
      plain.setSoTimeout(PATIENCE_MILLIS);
      if (tls == null) {
        exchange(plain, records);
      } else {
        try (SSLSocket socket = (SSLSocket) tls.createSocket(plain, host, port, true)) {
          SSLParameters parameters = socket.getSSLParameters();
          parameters.setEndpointIdentificationAlgorithm("HTTPS"); // the certificate names the host
          socket.setSSLParameters(parameters);
          exchange(socket, records);
        }
      }
    }
  }

  private void exchange(Socket socket, List<AuditRecord> records) throws IOException {
    OutputStream out = new BufferedOutputStream(socket.getOutputStream());
    for (AuditRecord record : records) {
      byte[] message = message(record).getBytes(UTF_8);
      out.write((message.length + " ").getBytes(US_ASCII));
      out.write(message);
    }
    out.flush();
    socket.shutdownOutput();
    if (socket.getInputStream().read() >= 0) {
      throw new IOException("The syslog server said something, which the protocol does not know");
    }
  }

  /** The record's JSON behind a header that names it. */
  private String message(AuditRecord record) {
    return "<%d>1 %s %s leat - %s - \uFEFF%s"
        .formatted(
            record.entry().allowed() ? DONE : DENIED,
            record.entry().at(),
            node,
            messageId(record.entry().action()),
            AuditChain.text(AuditChain.line(record)).strip());
  }

  /** At most 32 printable characters (RFC 5424, 6.2.7). */
  private static String messageId(String action) {
    String printable = action.replaceAll("[^!-~]", "?");
    return printable.substring(0, Math.min(32, printable.length()));
  }
}
