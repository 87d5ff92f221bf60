package dev.leat.cluster.trust;

import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates that no node makes, signed with the authority's key or with their own. */
final class Forge {
  private final KeyPair key = ClusterAuthority.newKey();
  private final Instant now;
  private List<KeyPurposeId> purposes =
      List.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth);
  private List<GeneralName> names = List.of(dns("one.node.leat"));
  private boolean isAuthority;

  Forge(Instant now) {
    this.now = now;
  }

  static GeneralName dns(String host) {
    return new GeneralName(GeneralName.dNSName, host);
  }

  Forge purposes(KeyPurposeId... it) {
    purposes = List.of(it);
    return this;
  }

  Forge names(GeneralName... it) {
    names = List.of(it);
    return this;
  }

  Forge authority() {
    isAuthority = true;
    return this;
  }

  PrivateKey key() {
    return key.getPrivate();
  }

  X509Certificate signedByItself() throws Exception {
    return made(new X500Principal("CN=Leat cluster authority"), key.getPrivate());
  }

  X509Certificate signedBy(ClusterAuthority authority, AuthorityStore.Kept kept) throws Exception {
    PrivateKey signer =
        KeyFactory.getInstance("EC")
            .generatePrivate(
                new PKCS8EncodedKeySpec(Base64.getDecoder().decode(kept.privateKey())));
    return made(authority.certificate().getSubjectX500Principal(), signer);
  }

  private X509Certificate made(X500Principal issuer, PrivateKey signer) throws Exception {
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            BigInteger.TWO,
            Date.from(now.minus(Duration.ofHours(1))),
            Date.from(now.plus(Duration.ofHours(1))),
            new X500Principal("CN=one"),
            key.getPublic());
    builder.addExtension(
        Extension.basicConstraints,
        true,
        isAuthority ? new BasicConstraints(0) : new BasicConstraints(false));
    if (!purposes.isEmpty()) {
      builder.addExtension(
          Extension.extendedKeyUsage,
          true,
          new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new)));
    }
    if (!names.isEmpty()) {
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(names.toArray(GeneralName[]::new)));
    }
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
  }
}
