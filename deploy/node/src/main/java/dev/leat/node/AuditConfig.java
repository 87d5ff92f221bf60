package dev.leat.node;

import dev.leat.contract.Setting;
import java.net.URI;

/**
 * Where audit records are sent, besides being kept.
 *
 * @param syslog a syslog server, {@code tls://host:port} or {@code tcp://host:port}; empty for none
 * @param syslogCa certificates in PEM that sign the server's; empty for those of the JDK
 * @param webhook where they are sent by POST; empty for nowhere
 * @param webhookToken sent there as a bearer token; empty for none
 */
public record AuditConfig(
    @Setting(
            key = "syslog",
            doc =
                "a syslog server that audit records are sent to, such as `tls://siem.example.org:6514`",
            standard = "not used",
            form = "be tls://HOST:PORT or tcp://HOST:PORT",
            pattern = "|(tls|tcp)://[A-Za-z0-9.-]{1,253}:[1-9][0-9]{0,4}")
        String syslog,
    @Setting(
            key = "syslog-ca-file",
            doc = "certificates in PEM that sign the syslog server's",
            standard = "those of the JDK",
            form = "name a file that can be read; does it exist?")
        Secret syslogCa,
    @Setting(
            key = "webhook",
            doc = "a URL that audit records are sent to by POST, as JSON lines",
            standard = "not used",
            form = "be an http or https URL",
            pattern = "|https?://[^\\s@]{1,1000}")
        String webhook,
    @Setting(
            key = "webhook-token-file",
            doc = "holds a bearer token for the webhook",
            standard = "no token",
            form = "name a file that can be read; does it exist?")
        Secret webhookToken) {
  public static final AuditConfig DEFAULT = new AuditConfig("", new Secret(""), "", new Secret(""));

  private static final int PORT_MAX = 65_535;

  public AuditConfig {
    if (!syslog.isEmpty() && URI.create(syslog).getPort() > PORT_MAX) {
      throw new IllegalArgumentException("syslog names a port above " + PORT_MAX);
    }
    if (syslog.isEmpty() && !syslogCa.value().isEmpty()) {
      throw new IllegalArgumentException("syslog-ca-file is of no use without syslog");
    }
    if (webhook.isEmpty() && !webhookToken.value().isEmpty()) {
      throw new IllegalArgumentException("webhook-token-file is of no use without webhook");
    }
  }
}
