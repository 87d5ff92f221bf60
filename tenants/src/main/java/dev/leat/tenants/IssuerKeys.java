package dev.leat.tenants;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of one issuer, as its JWK set had them last. They are fetched when they are first
 * needed, again in the background when they are old and still used, and when a token names one that
 * is not there: never more than one fetch at a time, with a pause between. While the set cannot be
 * had, or is of no use, the keys that are there go on. Safe for several threads.
 */
final class IssuerKeys {
  /** A provider that stops using a key is heard of within this. */
  static final Duration REFRESH_EVERY = Duration.ofMinutes(10);

  /** Whoever sends tokens with made-up key ids has the issuer asked no more often than this. */
  static final Duration FETCH_PAUSE = Duration.ofSeconds(10);

  /** Providers have two or three: one that signs, one before, one to come. */
  static final int KEYS_MAX = 50;

  /** A longer modulus takes a millisecond and more of an event loop. */
  private static final int RSA_BITS_MAX = 4_096;

  private static final int RSA_BITS_MIN = 2_048;

  /** 65537 is what everybody uses; a long one makes each signature as dear as signing. */
  private static final int RSA_EXPONENT_BITS_MAX = 33;

  private static final Set<JWSAlgorithm> RSA = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256);
  private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);

  private final Issuer issuer;
  private final JwksFetch fetch;
  private final Lookup lookup;
  private final LongSupplier nanoTime;
  private volatile Map<String, Key> keys = Map.of();
  private volatile long fetchedNanos;
  private volatile boolean isDropped;

  /**
   * @param blocking where the set is fetched
   * @param nanoTime a clock that never steps, as {@link System#nanoTime} is
   */
  IssuerKeys(Issuer issuer, JwksFetch fetch, Executor blocking, LongSupplier nanoTime) {
    this.issuer = issuer;
    this.fetch = fetch;
    this.nanoTime = nanoTime;
    this.fetchedNanos = nanoTime.getAsLong();
    this.lookup =
        new Lookup(
            "keys of issuer " + issuer.name(), this::refresh, blocking, FETCH_PAUSE, nanoTime);
  }

  Issuer issuer() {
    return issuer;
  }

  /** Nobody takes tokens of this issuer any more. */
  void drop() {
    isDropped = true;
  }

  boolean isDropped() {
    return isDropped;
  }

  /** The key of this id, or null. Has old ones fetched anew meanwhile. Never blocks. */
  @Nullable Key find(String id) {
    if (nanoTime.getAsLong() - fetchedNanos > REFRESH_EVERY.toNanos()) {
      lookup.begin();
    }
    return keys.get(id);
  }

  /** The fetch that is under way or begins now; null when the last one was just done. */
  @Nullable CompletionStage<Void> look() {
    return lookup.begin();
  }

  private void refresh() {
    try {
      Map<String, Key> found = usable(JWKSet.parse(fetch.fetch(URI.create(issuer.jwks()))));
      if (found.isEmpty()) {
        throw new JwksFetch.Failed("it has no key that can be used");
      }
      Map<String, Key> before = keys;
      found.replaceAll((id, key) -> {
        Key known = before.get(id);
        return known != null && known.equals(key) ? known : key;
      });
      keys = Map.copyOf(found);
      fetchedNanos = nanoTime.getAsLong();
    } catch (JwksFetch.Failed | ParseException | RuntimeException | StackOverflowError e) {
      LOG.warn(
          "The keys of an issuer cannot be fetched; those that are there go on tenant={} issuer={}"
              + " keys={} cause={}",
          issuer.tenant(),
          issuer.name(),
          keys.size(),
          e instanceof ParseException ? "it is no JWK set" : e.toString());
    }
  }

  private static Map<String, Key> usable(JWKSet set) {
    Map<String, Key> found = new HashMap<>();
    for (JWK jwk : set.getKeys()) {
      String id = jwk.getKeyID();
      boolean isForSignatures = jwk.getKeyUse() == null || jwk.getKeyUse().equals(KeyUse.SIGNATURE);
      if (id != null && isForSignatures && found.size() < KEYS_MAX) {
        Key key = key(jwk);
        if (key != null) {
          found.putIfAbsent(id, key);
        }
      }
    }
    return found;
  }

  /** Only public keys of the kinds that are allowed; null for others. */
  private static @Nullable Key key(JWK jwk) {
    try {
      return switch (jwk) {
        case RSAKey rsa when isBounded(rsa) ->
            new Key(rsa.toPublicJWK(), RSA, new RSASSAVerifier(rsa.toRSAPublicKey()));
        case ECKey ec when Curve.P_256.equals(ec.getCurve()) ->
            new Key(
                ec.toPublicJWK(),
                Set.of(JWSAlgorithm.ES256),
                new ECDSAVerifier(ec.toECPublicKey()));
        case OctetKeyPair pair when Curve.Ed25519.equals(pair.getCurve()) ->
            new Key(
                pair.toPublicJWK(),
                Set.of(JWSAlgorithm.EdDSA),
                new Ed25519Verifier(pair.toPublicJWK()));
        default -> null;
      };
    } catch (JOSEException | RuntimeException e) {
      return null;
    }
  }

  private static boolean isBounded(RSAKey key) {
    int bits = key.getModulus().decodeToBigInteger().bitLength();
    return bits >= RSA_BITS_MIN
        && bits <= RSA_BITS_MAX
        && key.getPublicExponent().decodeToBigInteger().bitLength() <= RSA_EXPONENT_BITS_MAX;
  }

  /** A key of the issuer: the same object for as long as its set has it unchanged. */
  static final class Key {
    private final JWK jwk;
    private final Set<JWSAlgorithm> algorithms;
    private final JWSVerifier verifier;

    Key(JWK jwk, Set<JWSAlgorithm> algorithms, JWSVerifier verifier) {
      this.jwk = jwk;
      this.algorithms = algorithms;
      this.verifier = verifier;
    }

    /** Whether it verifies what is signed so: by its kind, and by what it says itself. */
    boolean allows(JWSAlgorithm algorithm) {
      return algorithms.contains(algorithm)
          && (jwk.getAlgorithm() == null || jwk.getAlgorithm().equals(algorithm));
    }

    String id() {
      return jwk.getKeyID();
    }

    JWSVerifier verifier() {
      return verifier;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other == this || (other instanceof Key key && key.jwk.equals(jwk));
    }

    @Override
    public int hashCode() {
      return jwk.hashCode();
    }
  }
}
