package dev.leat.tenants;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.leat.contract.Change;
import dev.leat.store.ChangeFeed;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The platform's own Ed25519 key pair, which signs its tokens (RFC 8037). Made when the store has
 * none; named by its thumbprint (RFC 7638). The private part leaves this class only for the store.
 */
public final class SigningKeys implements ChangeFeed.Subscriber {
  private static final Logger LOG = LoggerFactory.getLogger(SigningKeys.class);

  private final SigningKeyStore store;
  private final InstantSource clock;
  private volatile @Nullable Loaded loaded;

  public SigningKeys(SigningKeyStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  /** Loads the key pair, or makes it. */
  @Override
  public void load() {
    try {
      OctetKeyPair pair = kept();
      loaded =
          new Loaded(
              new Ed25519Signer(pair),
              new Ed25519Verifier(pair.toPublicJWK()),
              pair.getKeyID(),
              new JWKSet(pair.toPublicJWK()).toString(true));
    } catch (JOSEException e) {
      throw new IllegalStateException("The platform's signing key cannot be used", e);
    }
  }

  @Override
  public void changed(Change change) {
    if (change instanceof Change.SigningKeyChanged) {
      load();
    }
  }

  /** The public part as a JWK set (RFC 7517, 5), for {@code /.well-known/jwks.json}. */
  public String jwks() {
    return loaded().jwks();
  }

  /** Signs claims as a JWT. */
  String sign(JWTClaimsSet claims) {
    Loaded key = loaded();
    JWSHeader header =
        new JWSHeader.Builder(JWSAlgorithm.EdDSA).type(JOSEObjectType.JWT).keyID(key.id()).build();
    SignedJWT jwt = new SignedJWT(header, claims);
    try {
      jwt.sign(key.signer());
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException("Signing a token", e);
    }
  }

  /** Whether a key of this id signs the platform's tokens. */
  boolean isKnown(@Nullable String id) {
    return loaded().id().equals(id);
  }

  /** Whether the platform signed this. Takes about 0.2 ms; any thread. */
  boolean verifies(SignedJWT jwt) {
    try {
      return jwt.verify(loaded().verifier());
    } catch (JOSEException e) {
      return false;
    }
  }

  private OctetKeyPair kept() throws JOSEException {
    OctetKeyPair made = new OctetKeyPairGenerator(Curve.Ed25519).generate();
    SigningKeyStore.KeyPair candidate =
        new SigningKeyStore.KeyPair(
            made.computeThumbprint().toString(),
            made.getX().toString(),
            made.getD().toString(),
            clock.instant());
    SigningKeyStore.KeyPair kept = store.keepFirst(candidate);
    LOG.info(
        kept.id().equals(candidate.id())
            ? "Made the signing key kid={}"
            : "Loaded the signing key kid={}",
        kept.id());
    return new OctetKeyPair.Builder(Curve.Ed25519, new Base64URL(kept.publicKey()))
        .d(new Base64URL(kept.privateKey()))
        .keyID(kept.id())
        .keyUse(KeyUse.SIGNATURE)
        .algorithm(JWSAlgorithm.EdDSA)
        .build();
  }

  private Loaded loaded() {
    Loaded key = loaded;
    if (key == null) {
      throw new IllegalStateException("The signing keys are not loaded");
    }
    return key;
  }

  /** What is made of the key pair at the start. */
  private record Loaded(JWSSigner signer, JWSVerifier verifier, String id, String jwks) {
    /** Without the secret. */
    @Override
    public String toString() {
      return "Loaded[id=" + id + "]";
    }
  }
}
