package dev.leat.scheduler.http;

import dev.leat.cluster.NodeIdentity;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Shows one certificate, and trusts as another does. */
record BothManagers(X509ExtendedKeyManager keys, X509ExtendedTrustManager trust)
    implements NodeIdentity {}
