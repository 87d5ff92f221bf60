package dev.leat.cluster.trust;

import dev.leat.cluster.NodeIdentity;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's own certificate authority: an EC key on P-256 and a certificate that it signed
 * itself. Made by the node that is the first, and kept in the database, so that whoever has the
 * database is of the cluster. The private key leaves this class only for the store.
 */
public final class ClusterAuthority {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterAuthority.class);

  /** How long the authority is valid; a cluster that lives longer needs a new one. */
  static final Duration AUTHORITY_VALID = Duration.ofDays(3650);

  /** How long a node's certificate is valid. */
  static final Duration NODE_VALID = Duration.ofDays(3);

  /**
   * So long before it was made a certificate is valid already, for nodes whose clocks are behind:
   * more than the hour that a clock is wrong by when it takes summer time for winter time.
   */
  static final Duration SKEW = Duration.ofHours(24);

  private static final String SIGNATURE = "SHA256withECDSA";
  private static final X500Principal NAME = new X500Principal("CN=Leat cluster authority");

  /** Bits of a serial number: random, so that no two are alike (RFC 5280, 4.1.2.2: 20 octets). */
  private static final int SERIAL_BITS = 128;

  private static final int SECRET_BYTES = 32;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final X509Certificate certificate;
  private final PrivateKey key;

  private ClusterAuthority(X509Certificate certificate, PrivateKey key) {
    this.certificate = certificate;
    this.key = key;
  }

  /** The authority of the cluster that this store is of, made if there is none yet. Blocks. */
  public static ClusterAuthority of(AuthorityStore store, InstantSource clock) {
    AuthorityStore.Kept candidate = make(clock.instant());
    AuthorityStore.Kept kept = store.keepFirst(candidate);
    ClusterAuthority authority = read(kept);
    LOG.info(
        kept.equals(candidate)
            ? "Made the cluster's authority serial={}"
            : "Loaded the cluster's authority serial={}",
        authority.certificate.getSerialNumber().toString(16));
    return authority;
  }

  /** What others' certificates must be signed by. */
  X509Certificate certificate() {
    return certificate;
  }

  /** A key of 256 bits that all nodes have, another for each purpose (RFC 5869). */
  SecretKey secretFor(byte[] purpose) {
    try {
      byte[] secret = ((ECPrivateKey) key).getS().toByteArray();
      return KDF.getInstance("HKDF-SHA256")
          .deriveKey(
              "AES",
              HKDFParameterSpec.ofExtract().addIKM(secret).thenExpand(purpose, SECRET_BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This JVM derives no keys by HKDF", e);
    }
  }

  /** A certificate for the node of this name, valid from now on and a while before. */
  X509Certificate issue(String node, PublicKey publicKey, Instant now) {
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            certificate,
            serial(),
            Date.from(now.minus(SKEW)),
            Date.from(now.plus(NODE_VALID)),
            new X500Principal("CN=" + node),
            publicKey);
    add(builder, Extension.basicConstraints, true, new BasicConstraints(false));
    add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    add(
        builder,
        Extension.extendedKeyUsage,
        true,
        new ExtendedKeyUsage(
            new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
    add(
        builder,
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(new GeneralName(GeneralName.dNSName, NodeIdentity.hostOf(node))));
    return signed(builder, key);
  }

  static KeyPair newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This JVM makes no EC keys on P-256", e);
    }
  }

  private static AuthorityStore.Kept make(Instant now) {
    KeyPair pair = newKey();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            NAME,
            serial(),
            Date.from(now.minus(SKEW)),
            Date.from(now.plus(AUTHORITY_VALID)),
            NAME,
            pair.getPublic());
    add(builder, Extension.basicConstraints, true, new BasicConstraints(0));
    add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
    Base64.Encoder base64 = Base64.getEncoder();
    try {
      return new AuthorityStore.Kept(
          base64.encodeToString(signed(builder, pair.getPrivate()).getEncoded()),
          base64.encodeToString(pair.getPrivate().getEncoded()),
          Instant.ofEpochMilli(now.toEpochMilli())); // as finely as every database keeps it
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Writing the authority's certificate down", e);
    }
  }

  /** Without a cause where that could have read something of the key. */
  private static ClusterAuthority read(AuthorityStore.Kept kept) {
    try {
      Base64.Decoder base64 = Base64.getDecoder();
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(base64.decode(kept.certificate())));
      PrivateKey key =
          KeyFactory.getInstance("EC")
              .generatePrivate(new PKCS8EncodedKeySpec(base64.decode(kept.privateKey())));
      ClusterAuthority authority = new ClusterAuthority(certificate, key);
      // That both belong together shows here, and not with the first handshake.
      authority
          .issue("check", certificate.getPublicKey(), kept.createdAt())
          .verify(certificate.getPublicKey());
      return authority;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalStateException(
          "The cluster's authority cannot be read ("
              + e.getClass().getSimpleName()
              + "). Put the table cluster_authority back from a backup; or stop all nodes, delete"
              + " its row, and start them: they make another.");
    }
  }

  private static BigInteger serial() {
    return new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS); // positive, of one length
  }

  private static void add(
      JcaX509v3CertificateBuilder builder,
      ASN1ObjectIdentifier extension,
      boolean isCritical,
      ASN1Encodable value) {
    try {
      builder.addExtension(extension, isCritical, value);
    } catch (CertIOException e) {
      throw new IllegalStateException("Writing a certificate's extension " + extension, e);
    }
  }

  private static X509Certificate signed(JcaX509v3CertificateBuilder builder, PrivateKey key) {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("Signing a certificate", e);
    }
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "ClusterAuthority[serial=" + certificate.getSerialNumber().toString(16) + "]";
  }
}
