package dev.leat.tenants;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.leat.audit.CheckpointSigner;
import dev.leat.contract.Answer;
import dev.leat.contract.Change;
import dev.leat.contract.ProblemCode;
import dev.leat.store.ChangeFeed;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The platform's own Ed25519 keys (RFC 8037): the pair that signs its tokens, made when the store
 * has none, and the public keys of those before it, which verify for a while. Each is named by its
 * thumbprint (RFC 7638). A private part leaves this class only for the store.
 */
public final class SigningKeys implements ChangeFeed.Subscriber, CheckpointSigner {
  /** Each is a row, and a key of the JWK set, until it verifies no more. */
  public static final int RETIRED_MAX = 20;

  /** As long as tokens live. */
  public static final Duration OVERLAP_MAX = Tokens.TTL_MAX;

  /**
   * A node that has not heard of a new key looks for it, but no more often than this: as often as
   * it looks for changes, within the second in which a change is to hold.
   */
  static final Duration LOOK_PAUSE = Duration.ofMillis(500);

  private static final Logger LOG = LoggerFactory.getLogger(SigningKeys.class);

  private final SigningKeyStore store;
  private final InstantSource clock;
  private final Lookup unknown;
  private volatile @Nullable Loaded loaded;

  /**
   * @param blocking where the store is asked for a key that a token names and nobody knows
   * @param nanoTime a clock that never steps, as {@link System#nanoTime} is
   */
  public SigningKeys(
      SigningKeyStore store, Executor blocking, InstantSource clock, LongSupplier nanoTime) {
    this.store = store;
    this.clock = clock;
    this.unknown = new Lookup("signing keys", this::load, blocking, LOOK_PAUSE, nanoTime);
  }

  /** Loads the keys, or makes the first. One at a time, so that what is newer stays. */
  @Override
  public synchronized void load() {
    SigningKeyStore.KeyPair candidate = made();
    hold(store.keepFirst(candidate), candidate.id());
  }

  @Override
  public void changed(Change change) {
    if (change instanceof Change.SigningKeyChanged) {
      load();
    }
  }

  /**
   * Has a new key sign from now on, and the ones before it verify until the last token that they
   * signed has expired. Blocks.
   *
   * @param overlap until when they verify at the most, zero for no longer at all; without one, what
   *     was issued stays good
   */
  public Answer<SigningKeyStore.Keys> rotate(Optional<Duration> overlap) {
    if (overlap.isPresent()
        && (overlap.get().isNegative() || overlap.get().compareTo(OVERLAP_MAX) > 0)) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "The overlap must be 0 to " + OVERLAP_MAX.toDays() + " days, was " + overlap.get() + ".");
    }
    Instant now = clock.instant();
    return store
        .rotate(made(), now, last -> until(last, now, overlap), RETIRED_MAX)
        .map(Answer::done)
        .orElseGet(() ->
            Answer.refused(
                ProblemCode.CONFLICT,
                "There are "
                    + RETIRED_MAX
                    + " keys that verify still, the most allowed. Wait until some verify no more, or"
                    + " give an overlap."));
  }

  private static Instant until(Instant lastExpiry, Instant now, Optional<Duration> overlap) {
    Instant last = lastExpiry.plus(Tokens.CLOCK_SKEW);
    return overlap.map(now::plus).filter(given -> given.isBefore(last)).orElse(last);
  }

  /** The key that signs, and those that verify still. */
  public SigningKeyStore.Keys shown() {
    Instant now = clock.instant();
    SigningKeyStore.Keys kept = loaded().kept();
    return new SigningKeyStore.Keys(
        kept.signing(),
        kept.retired().stream().filter(key -> key.verifiesUntil().isAfter(now)).toList());
  }

  /**
   * The public part of each key that verifies, as a JWK set (RFC 7517, 5), for {@code
   * /.well-known/jwks.json}.
   */
  public String jwks() {
    long now = clock.millis();
    List<JWK> verifying = new ArrayList<>();
    loaded().keys().values().stream()
        .filter(key -> now < key.untilMillis())
        .forEach(key -> verifying.add(key.jwk()));
    return new JWKSet(verifying).toString(true);
  }

  /**
   * Signs claims as a JWT by the key of this id: nothing, if it is not the one that signs (any
   * more). Blocks when this node has not heard of it yet.
   */
  Optional<String> sign(String id, JWTClaimsSet claims) {
    if (!loaded().kept().signing().id().equals(id)) {
      load();
    }
    Loaded now = loaded();
    if (!now.kept().signing().id().equals(id)) {
      return Optional.empty();
    }
    JWSHeader header =
        new JWSHeader.Builder(JWSAlgorithm.EdDSA).type(JOSEObjectType.JWT).keyID(id).build();
    SignedJWT jwt = new SignedJWT(header, claims);
    try {
      jwt.sign(now.signer());
      return Optional.of(jwt.serialize());
    } catch (JOSEException e) {
      throw new IllegalStateException("Signing a token", e);
    }
  }

  /** Signs what is no token by the key that signs now. */
  @Override
  public Signed sign(String type, byte[] payload) {
    Loaded now = loaded();
    String kid = now.kept().signing().id();
    Key key = Objects.requireNonNull(now.keys().get(kid), "the key that signs is held");
    return new Signed(
        kid, key.jwk().toJSONString(), signed(now, payload, type, Map.of()).serialize());
  }

  /**
   * Signs something that is no token: a JWS without its payload (RFC 7515, appendix F), which tells
   * nobody who is asked for a token anything.
   *
   * @param type of the header, by which whoever verifies tells what it is
   * @param about further members of the header, which are signed too
   */
  public String signDetached(byte[] payload, String type, Map<String, String> about) {
    return signed(loaded(), payload, type, about).serialize(true);
  }

  private static JWSObject signed(
      Loaded by, byte[] payload, String type, Map<String, String> about) {
    JWSHeader.Builder header =
        new JWSHeader.Builder(JWSAlgorithm.EdDSA)
            .type(new JOSEObjectType(type))
            .keyID(by.kept().signing().id());
    about.forEach(header::customParam);
    JWSObject signed = new JWSObject(header.build(), new Payload(payload));
    try {
      signed.sign(by.signer());
      return signed;
    } catch (JOSEException e) {
      throw new IllegalStateException("Signing by the platform's key, as " + type, e);
    }
  }

  /** Whether a key of this id signs the platform's tokens, or did and is not forgotten yet. */
  boolean isKnown(@Nullable String id) {
    return id != null && loaded().keys().containsKey(id);
  }

  /** Whether what the key of this id signed is good now. */
  boolean isTrusted(String id) {
    Key key = loaded().keys().get(id);
    return key != null && clock.millis() < key.untilMillis();
  }

  /**
   * The look for a key that is not known here yet; null when it was just done. Never blocks, and
   * never ends exceptionally.
   */
  @Nullable CompletionStage<Void> look() {
    return unknown.begin();
  }

  /** Whether the platform signed this. Takes about 0.2 ms; any thread. */
  boolean verifies(SignedJWT jwt) {
    Key key = loaded().keys().get(jwt.getHeader().getKeyID());
    try {
      return key != null && jwt.verify(key.verifier());
    } catch (JOSEException e) {
      return false;
    }
  }

  private void hold(SigningKeyStore.Keys kept, String candidate) {
    SigningKeyStore.KeyPair signing = kept.signing();
    LOG.info(
        signing.id().equals(candidate)
            ? "Made the signing key kid={}"
            : "Loaded the signing key kid={}",
        signing.id());
    try {
      Map<String, Key> keys = new HashMap<>();
      keys.put(signing.id(), key(signing.id(), signing.publicKey(), Long.MAX_VALUE));
      for (SigningKeyStore.Retired old : kept.retired()) {
        keys.put(old.id(), key(old.id(), old.publicKey(), old.verifiesUntil().toEpochMilli()));
      }
      OctetKeyPair pair =
          new OctetKeyPair.Builder(Curve.Ed25519, new Base64URL(signing.publicKey()))
              .d(new Base64URL(signing.privateKey()))
              .build();
      loaded = new Loaded(kept, new Ed25519Signer(pair), Map.copyOf(keys));
    } catch (JOSEException e) {
      throw new IllegalStateException("The platform's signing key cannot be used", e);
    }
  }

  private static Key key(String id, String publicKey, long untilMillis) throws JOSEException {
    OctetKeyPair jwk =
        new OctetKeyPair.Builder(Curve.Ed25519, new Base64URL(publicKey))
            .keyID(id)
            .keyUse(KeyUse.SIGNATURE)
            .algorithm(JWSAlgorithm.EdDSA)
            .build();
    return new Key(jwk, new Ed25519Verifier(jwk), untilMillis);
  }

  private SigningKeyStore.KeyPair made() {
    try {
      OctetKeyPair made = new OctetKeyPairGenerator(Curve.Ed25519).generate();
      return new SigningKeyStore.KeyPair(
          made.computeThumbprint().toString(),
          made.getX().toString(),
          made.getD().toString(),
          clock.instant());
    } catch (JOSEException e) {
      throw new IllegalStateException("No signing key can be made", e);
    }
  }

  private Loaded loaded() {
    Loaded now = loaded;
    if (now == null) {
      throw new IllegalStateException("The signing keys are not loaded");
    }
    return now;
  }

  /** A public key and until when what it signed is good; the one that signs has no such end. */
  private record Key(OctetKeyPair jwk, JWSVerifier verifier, long untilMillis) {}

  /** What is made of the keys when they are loaded. */
  private record Loaded(SigningKeyStore.Keys kept, JWSSigner signer, Map<String, Key> keys) {
    /** Without the secret. */
    @Override
    public String toString() {
      return "Loaded[kept=" + kept + "]";
    }
  }
}
