package dev.leat.failures.rig;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Someone who comes to the port where nodes listen for each other, and trusts whoever answers. */
public enum Stranger {
  WITHOUT_TLS,
  WITHOUT_A_CERTIFICATE,
  WITH_A_CERTIFICATE_OF_ANOTHER_AUTHORITY;

  public static final List<Stranger> ALL = List.of(values());

  private static final int PATIENCE_MILLIS = 5_000;

  /** What a client of HTTP/2 says first (RFC 9113, 3.4), and an empty frame of settings. */
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);

  /**
   * Says hello, and answers what it heard.
   *
   * @param poses as the node of this name
   */
  public String visit(InetSocketAddress address, String poses)
      throws IOException, GeneralSecurityException {
    try (Socket plain = new Socket()) {
      plain.connect(address, PATIENCE_MILLIS);
      plain.setSoTimeout(PATIENCE_MILLIS);
      if (this == WITHOUT_TLS) {
        return converse(plain);
      }
      try (SSLSocket socket =
          (SSLSocket)
              context(poses)
                  .getSocketFactory()
                  .createSocket(plain, poses + ".node.leat", address.getPort(), true)) {
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        return converse(socket);
      }
    } catch (IOException e) {
      return "nothing (" + e.getMessage() + ")";
    }
  }

  private static String converse(Socket socket) throws IOException {
    socket.getOutputStream().write(PREFACE);
    socket.getOutputStream().flush();
    InputStream in = socket.getInputStream();
    byte[] heard = new byte[1_024];
    int length = in.read(heard);
    return length < 0 ? "nothing (closed)" : length + " bytes";
  }

  private SSLContext context(String poses) throws GeneralSecurityException, IOException {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    KeyManager[] keys = this == WITHOUT_A_CERTIFICATE ? null : foreign(poses);
    context.init(keys, new TrustManager[] {new TrustsAll()}, new SecureRandom());
    return context;
  }

  /** A certificate as a node has it, by an authority of the stranger's own. */
  private static KeyManager[] foreign(String poses) throws GeneralSecurityException, IOException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair key = generator.generateKeyPair();
    Instant now = Instant.now();
    X500Name authority = new X500Name("CN=Leat cluster authority");
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              authority,
              BigInteger.ONE,
              Date.from(now.minus(1, ChronoUnit.HOURS)),
              Date.from(now.plus(1, ChronoUnit.DAYS)),
              new X500Name("CN=" + poses),
              key.getPublic());
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(new GeneralName(GeneralName.dNSName, poses + ".node.leat")));
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(
                      new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("node", key.getPrivate(), new char[0], new Certificate[] {certificate});
      KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
      factory.init(store, new char[0]);
      return factory.getKeyManagers();
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private static final class TrustsAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
