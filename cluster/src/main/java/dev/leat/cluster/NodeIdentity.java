package dev.leat.cluster;

import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * How this node proves that it is one of the cluster, and knows others by: mutual TLS with
 * certificates of the cluster's own authority, whose key lies in the database. Both managers always
 * use the certificate of the moment, so whoever is given them need not care that it is renewed.
 * Safe for several threads.
 */
public interface NodeIdentity {
  /** Ends the name that a node's certificate is for: {@code <node's name>.node.leat}. */
  String SUFFIX = ".node.leat";

  /** A label of DNS (RFC 1123, 2.1), in small letters. */
  Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  /** Whether a node can be called so. */
  static boolean isName(String node) {
    return NAME.matcher(node).matches();
  }

  /** The host name by which a node proves itself: a client asks for it, whatever the address. */
  static String hostOf(String node) {
    return node + SUFFIX;
  }

  /**
   * The name of the node that a certificate is for. Whether it can be trusted is another question.
   *
   * @return empty unless it is for one host, and that is one node's
   */
  static Optional<String> nodeOf(X509Certificate certificate) {
    int dnsName = 2; // RFC 5280, 4.2.1.6
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      if (names == null || names.size() != 1) {
        return Optional.empty();
      }
      List<?> name = names.iterator().next();
      return name.get(0).equals(dnsName) && name.get(1) instanceof String host
          ? Optional.of(host)
              .filter(it -> it.endsWith(SUFFIX))
              .map(it -> it.substring(0, it.length() - SUFFIX.length()))
              .filter(NodeIdentity::isName)
          : Optional.empty();
    } catch (CertificateParsingException e) {
      return Optional.empty();
    }
  }

  /**
   * The node at the other end of a connection, if its certificate can be trusted at this moment. A
   * TLS session that was resumed says only that it could be when the session began.
   */
  default Optional<String> nodeNow(List<? extends Certificate> chain) {
    try {
      X509Certificate[] shown = chain.toArray(X509Certificate[]::new);
      trust().checkClientTrusted(shown, shown[0].getPublicKey().getAlgorithm());
      return nodeOf(shown[0]);
    } catch (CertificateException e) {
      return Optional.empty();
    }
  }

  /** This node's key and certificate. */
  X509ExtendedKeyManager keys();

  /** Trusts what the cluster's authority has signed and is valid now. */
  X509ExtendedTrustManager trust();
}
