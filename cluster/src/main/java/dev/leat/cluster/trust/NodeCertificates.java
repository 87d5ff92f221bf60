package dev.leat.cluster.trust;

import dev.leat.cluster.NodeIdentity;
import java.net.Socket;
import java.security.KeyPair;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's certificate, which it makes itself with the cluster's authority, in memory. The first
 * is made with the object; the handshake that finds a third of its time passed makes the next one,
 * in about a millisecond: neither a timer nor the database is needed for it, and a clock that was
 * put right is followed at once. The key is the same as long as the JVM lives.
 */
public final class NodeCertificates implements NodeIdentity {
  private static final Logger LOG = LoggerFactory.getLogger(NodeCertificates.class);

  /** When the next one is made. */
  static final Duration RENEWED_AFTER = ClusterAuthority.NODE_VALID.dividedBy(3);

  private final ClusterAuthority authority;
  private final String node;
  private final InstantSource clock;
  private final KeyPair key = ClusterAuthority.newKey();
  private final X509ExtendedKeyManager keys = new Keys();
  private final X509ExtendedTrustManager trust;
  private volatile Made made;

  /**
   * @param node this node's name, which is a label of DNS
   */
  public NodeCertificates(ClusterAuthority authority, String node, InstantSource clock) {
    if (!NodeIdentity.isName(node)) {
      throw new IllegalArgumentException(
          "A node's name must be 1-63 characters of a-z, 0-9 and '-', was '" + node + "'");
    }
    this.authority = authority;
    this.node = node;
    this.clock = clock;
    this.trust = new NodeTrust(authority.certificate(), clock);
    // On the thread that starts the node: the first handshake would make it on an event loop.
    this.made = issued(clock.instant());
  }

  @Override
  public X509ExtendedKeyManager keys() {
    return keys;
  }

  @Override
  public X509ExtendedTrustManager trust() {
    return trust;
  }

  /** The certificate of this moment. */
  X509Certificate certificate() {
    Instant now = clock.instant();
    Made present = made;
    return present.isFresh(now) ? present.certificate() : renewed(now);
  }

  private synchronized X509Certificate renewed(Instant now) {
    Made present = made;
    if (!present.isFresh(now)) {
      present = issued(now);
      made = present;
    }
    return present.certificate();
  }

  private Made issued(Instant now) {
    X509Certificate certificate = authority.issue(node, key.getPublic(), now);
    LOG.info(
        "Made this node's certificate node={} serial={} until={}",
        node,
        certificate.getSerialNumber().toString(16),
        certificate.getNotAfter().toInstant());
    return new Made(certificate, now);
  }

  private record Made(X509Certificate certificate, Instant at) {
    /** Not so after a step of the clock either, be it forward or back. */
    boolean isFresh(Instant now) {
      return !now.isBefore(at) && now.isBefore(at.plus(RENEWED_AFTER));
    }
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "NodeCertificates[node=" + node + "]";
  }

  /** One key and the certificate of the moment, for both sides of a handshake. */
  private final class Keys extends X509ExtendedKeyManager {
    private static final String ALIAS = "node";
    private static final String[] ALIASES = {ALIAS};
    private static final String KEY_TYPE = "EC";

    @Override
    public @Nullable String chooseEngineClientAlias(
        String[] keyTypes, Principal[] issuers, SSLEngine engine) {
      return Arrays.asList(keyTypes).contains(KEY_TYPE) ? ALIAS : null;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String keyType, Principal[] issuers, SSLEngine engine) {
      return keyType.equals(KEY_TYPE) ? ALIAS : null;
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] keyTypes, Principal[] issuers, Socket socket) {
      return Arrays.asList(keyTypes).contains(KEY_TYPE) ? ALIAS : null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
      return keyType.equals(KEY_TYPE) ? ALIAS : null;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
      return ALIASES.clone();
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
      return ALIASES.clone();
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return new X509Certificate[] {certificate()};
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return key.getPrivate();
    }
  }
}
