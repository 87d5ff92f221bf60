package dev.leat.cluster.trust;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/** Shows this chain, whoever asks. */
final class OneCertificate extends X509ExtendedKeyManager {
  private final PrivateKey key;
  private final X509Certificate[] chain;

  OneCertificate(PrivateKey key, X509Certificate... chain) {
    this.key = key;
    this.chain = chain;
  }

  @Override
  public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
    return "it";
  }

  @Override
  public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
    return "it";
  }

  @Override
  public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
    return "it";
  }

  @Override
  public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
    return "it";
  }

  @Override
  public String[] getClientAliases(String type, Principal[] issuers) {
    return new String[] {"it"};
  }

  @Override
  public String[] getServerAliases(String type, Principal[] issuers) {
    return new String[] {"it"};
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return chain.clone();
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return key;
  }
}
