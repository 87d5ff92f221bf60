package dev.leat.cluster.trust;

import dev.leat.cluster.NodeIdentity;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.jspecify.annotations.Nullable;

/**
 * Trusts a certificate that the cluster's authority signed itself, for a node, for the side of the
 * connection that it is shown on, and that is valid now (RFC 5280, 6). A client also compares the
 * name with the host that it asked for, whether TLS was told to or not.
 */
final class NodeTrust extends X509ExtendedTrustManager {
  private static final int NO_AUTHORITY = -1; // of getBasicConstraints

  private final X509Certificate authority;
  private final InstantSource clock;

  NodeTrust(X509Certificate authority, InstantSource clock) {
    this.authority = authority;
    this.clock = clock;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain, KeyPurposeId.id_kp_clientAuth);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain, KeyPurposeId.id_kp_clientAuth);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, KeyPurposeId.id_kp_clientAuth);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    checkServer(chain, engine.getHandshakeSession());
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    checkServer(chain, socket instanceof SSLSocket ssl ? ssl.getHandshakeSession() : null);
  }

  /** Nobody could say whether it is the node that was asked for. */
  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    checkServer(chain, null);
  }

  private void checkServer(X509Certificate[] chain, @Nullable SSLSession session)
      throws CertificateException {
    String node = check(chain, KeyPurposeId.id_kp_serverAuth);
    String asked = session == null ? null : session.getPeerHost();
    if (!NodeIdentity.hostOf(node).equals(asked)) {
      throw new CertificateException(
          "The certificate is node '" + node + "', asked for was " + asked);
    }
  }

  /** The node's name. */
  private String check(X509Certificate[] chain, KeyPurposeId purpose) throws CertificateException {
    if (chain.length != 1) {
      throw new CertificateException(
          "A node shows one certificate, this one showed " + chain.length);
    }
    X509Certificate shown = chain[0];
    validate(shown);
    List<String> purposes = shown.getExtendedKeyUsage();
    if (purposes == null || !purposes.contains(purpose.getId())) {
      throw new CertificateException("The certificate is not for this side of a connection");
    }
    if (shown.getBasicConstraints() != NO_AUTHORITY) {
      throw new CertificateException("The certificate is an authority's, not a node's");
    }
    return NodeIdentity.nodeOf(shown)
        .orElseThrow(() -> new CertificateException("The certificate is for no node"));
  }

  private void validate(X509Certificate shown) throws CertificateException {
    try {
      PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
      parameters.setRevocationEnabled(false); // they live for days, and nobody lists them
      parameters.setDate(Date.from(clock.instant()));
      CertPathValidator.getInstance("PKIX")
          .validate(
              CertificateFactory.getInstance("X.509").generateCertPath(List.of(shown)), parameters);
    } catch (CertificateException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new CertificateException("The cluster's authority does not vouch for it", e);
    }
  }

  /** Whose certificates a server asks for. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[] {authority};
  }
}
