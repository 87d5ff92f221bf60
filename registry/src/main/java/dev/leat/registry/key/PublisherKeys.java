package dev.leat.registry.key;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import dev.leat.audit.AuditEntry;
import dev.leat.contract.Answer;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.documents.StrictJson;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The keys by which a tenant's publishers sign. Safe for several threads; blocks. */
public final class PublisherKeys {
  /** Keys of one tenant, revoked ones included. */
  public static final int KEYS_MAX = 100;

  /** The longest JWK that is read, ten times what one needs. */
  public static final int JWK_CHARS_MAX = 4_096;

  /** The longest name of a key. */
  public static final int NAME_CHARS_MAX = 100;

  private static final Pattern X = Pattern.compile("[A-Za-z0-9_-]{43}");

  private final KeyStore store;
  private final InstantSource clock;

  public PublisherKeys(KeyStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * Trusts a public key from now on. A key that is trusted already is given as it is; one that was
   * revoked stays so.
   *
   * @param jwk a public Ed25519 key (RFC 8037), perhaps with a {@code name}, {@code validFrom} and
   *     {@code validUntil}; its {@code kid} counts for nothing, the thumbprint is used
   */
  public Answer<PublisherKey> register(TenantId tenant, String actor, String jwk) {
    return read(tenant, jwk).then(key -> register(actor, key));
  }

  /** The tenant's keys, the oldest first, revoked ones too. */
  public List<PublisherKey> list(TenantId tenant) {
    return store.list(tenant);
  }

  /**
   * Says when a key may sign: to end it, or to have another take its place after a while in which
   * both sign. What it signed in time stays good. A key that was revoked stays so.
   *
   * @param kid as {@link #register} gave it
   */
  public Answer<PublisherKey> limit(
      TenantId tenant, String actor, String kid, KeyValidity validity) {
    AuditEntry entry =
        AuditEntry.done(clock.instant(), tenant, actor, "key.validity", kid, validity.toString());
    return store
        .limit(tenant, kid, validity, entry)
        .map(key -> key.isRevoked() ? revoked(key) : Answer.done(key))
        .orElseGet(() -> unknown(tenant));
  }

  /**
   * Trusts a key no more. What it signed before stays published. Done again it gives the same.
   *
   * @param kid as {@link #register} gave it
   */
  public Answer<PublisherKey> revoke(TenantId tenant, String actor, String kid) {
    Instant now = clock.instant();
    AuditEntry entry = AuditEntry.done(now, tenant, actor, "key.revoke", kid, "");
    return store.revoke(tenant, kid, now, entry).map(Answer::done).orElseGet(() -> unknown(tenant));
  }

  private static Answer<PublisherKey> unknown(TenantId tenant) {
    return Answer.refused(
        ProblemCode.NOT_FOUND,
        "Tenant '" + tenant + "' has no key of that id. List its keys to see them.");
  }

  private static Answer<PublisherKey> revoked(PublisherKey key) {
    return Answer.refused(
        ProblemCode.CONFLICT,
        "The key " + key.kid() + " was revoked and stays so. Generate a new one.");
  }

  private Answer<PublisherKey> register(String actor, PublisherKey key) {
    List<PublisherKey> keys = store.list(key.tenant());
    if (keys.size() >= KEYS_MAX && keys.stream().noneMatch(k -> k.kid().equals(key.kid()))) {
      return Answer.refused(
          ProblemCode.CONFLICT,
          "Tenant '" + key.tenant() + "' has " + KEYS_MAX + " keys, the most allowed.");
    }
    AuditEntry entry =
        AuditEntry.done(
            key.createdAt(), key.tenant(), actor, "key.register", key.kid(), key.name());
    PublisherKey kept = store.add(key.tenant(), key, entry);
    return kept.isRevoked() ? revoked(kept) : Answer.done(kept);
  }

  private Answer<PublisherKey> read(TenantId tenant, String jwk) {
    if (jwk.length() > JWK_CHARS_MAX) {
      return malformed(
          "The key is longer than " + JWK_CHARS_MAX + " characters. Send one public JWK.");
    }
    JsonNode node;
    try {
      node = StrictJson.mapper().readTree(jwk);
    } catch (JacksonException e) {
      return malformed("The key is not JSON. Send a public JWK (RFC 8037).");
    }
    if (node.has("d")) {
      return malformed(
          "The key holds its private part 'd', which is disclosed now. Generate another key, and"
              + " send only its public part.");
    }
    if (!node.path("kty").asText().equals("OKP") || !node.path("crv").asText().equals("Ed25519")) {
      return malformed(
          "The key must be an Ed25519 JWK with kty 'OKP' and crv 'Ed25519' (RFC 8037).");
    }
    Base64URL x = new Base64URL(node.path("x").asText());
    if (!X.matcher(x.toString()).matches() || !Base64URL.encode(x.decode()).equals(x)) {
      return malformed("The key's x must be 32 bytes in base64url, 43 characters.");
    }
    String name = node.path("name").asText();
    if (name.length() > NAME_CHARS_MAX || name.chars().anyMatch(Character::isISOControl)) {
      return malformed(
          "The key's name must be 0-%d characters without control characters, was %d"
              .formatted(NAME_CHARS_MAX, name.length()));
    }
    try {
      return Answer.done(
          new PublisherKey(
              tenant,
              thumbprint(x),
              name,
              x.toString(),
              clock.instant(),
              new KeyValidity(instant(node, "validFrom"), instant(node, "validUntil")),
              Optional.empty()));
    } catch (IllegalArgumentException e) {
      return malformed("The key's " + e.getMessage() + ".");
    }
  }

  /** In milliseconds, as times are kept. */
  private static Optional<Instant> instant(JsonNode jwk, String member) {
    if (!jwk.hasNonNull(member)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.parse(jwk.get(member).asText()).truncatedTo(ChronoUnit.MILLIS));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          member + " must be a time such as 2026-01-31T12:00:00Z", e);
    }
  }

  private static Answer<PublisherKey> malformed(String detail) {
    return Answer.refused(ProblemCode.INVALID_REQUEST, detail);
  }

  private static String thumbprint(Base64URL x) {
    try {
      return new OctetKeyPair.Builder(Curve.Ed25519, x).build().computeThumbprint().toString();
    } catch (JOSEException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
