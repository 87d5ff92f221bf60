package dev.leat.node;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.leat.audit.AuditLog;
import dev.leat.audit.AuditStore;
import dev.leat.audit.CheckpointSigner;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.audit.jdbi.JdbiPushStore;
import dev.leat.audit.push.AuditPush;
import dev.leat.audit.push.AuditSink;
import dev.leat.audit.push.SyslogSink;
import dev.leat.audit.push.WebhookSink;
import dev.leat.store.JdbiLeases;
import dev.leat.store.Leases;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The audit records: how they are kept, and where they are sent. */
final class AuditParts implements AutoCloseable {
  final AuditLog log;
  final AuditStore store;
  private final AuditKeeper keeper;
  private final DataSource source;
  private final AuditConfig config;
  private final String node;
  private final List<AuditPush> pushes = new ArrayList<>();

  /**
   * @param node the name of this one
   */
  AuditParts(
      DataSource source,
      AuditConfig config,
      String node,
      CheckpointSigner signer,
      InstantSource clock) {
    this.source = source;
    this.config = config;
    this.node = node;
    this.store = new JdbiAuditStore(source);
    this.log = new AuditLog(store, signer, clock);
    this.keeper = new AuditKeeper(log);
  }

  /**
   * @throws IOException if what the configuration names cannot be used
   */
  void start() throws IOException {
    keeper.start();
    if (!config.syslog().isEmpty()) {
      push(syslog(URI.create(config.syslog())));
    }
    if (!config.webhook().isEmpty()) {
      push(new WebhookSink(URI.create(config.webhook()), config.webhookToken().value()));
    }
  }

  private void push(AuditSink sink) {
    Leases leases = new JdbiLeases(source);
    AuditPush push =
        new AuditPush(
            store, new JdbiPushStore(source, leases), sink, leases, node + "#" + UUID.randomUUID());
    pushes.add(push);
    push.start();
  }

  private AuditSink syslog(URI server) throws IOException {
    @Nullable SSLSocketFactory tls = server.getScheme().equals("tls") ? tls() : null;
    return new SyslogSink(server.getHost(), server.getPort(), tls, node);
  }

  private SSLSocketFactory tls() throws IOException {
    if (config.syslogCa().value().isEmpty()) {
      return (SSLSocketFactory) SSLSocketFactory.getDefault();
    }
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      int number = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(config.syslogCa().value().getBytes(US_ASCII)))) {
        trusted.setCertificateEntry("ca" + number++, certificate);
      }
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "audit.syslog-ca-file holds no certificates in PEM that can be used: " + e.getMessage(),
          e);
    }
  }

  @Override
  public void close() {
    pushes.forEach(AuditPush::close);
    keeper.close();
  }
}
