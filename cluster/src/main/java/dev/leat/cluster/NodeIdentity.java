package dev.leat.cluster;

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

  /** The host name by which a node proves itself: a client asks for it, whatever the address. */
  static String hostOf(String node) {
    return node + SUFFIX;
  }

  /** This node's key and certificate. */
  X509ExtendedKeyManager keys();

  /** Trusts what the cluster's authority has signed and is valid now. */
  X509ExtendedTrustManager trust();
}
