package dev.leat.registry.key;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import dev.leat.contract.Answer;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.ProblemCode;
import dev.leat.documents.StrictJson;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.TreeSet;

/**
 * Signed statements about modules: a compact JWS (RFC 7515) with the algorithm EdDSA, the key's
 * thumbprint as {@code kid}, and the statement as JSON {@code {name, version, digest, size,
 * issuedAt}}. Safe for several threads.
 */
public final class Signatures {
  /** The longest signature that is looked at, thirty times what one needs. */
  public static final int JWS_CHARS_MAX = 16_384;

  /** How far the signer's clock may be ahead. */
  public static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

  private static final Set<String> HEADER_PARAMETERS = Set.of("alg", "kid");
  private static final Set<String> MEMBERS =
      Set.of("name", "version", "digest", "size", "issuedAt");

  private final InstantSource clock;

  public Signatures(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Signs a statement.
   *
   * @param key an Ed25519 key with its private part
   * @throws IllegalArgumentException if it is another kind of key
   */
  public static String sign(OctetKeyPair key, Statement statement) {
    try {
      JWSHeader header =
          new JWSHeader.Builder(JWSAlgorithm.EdDSA)
              .keyID(key.toPublicJWK().computeThumbprint().toString())
              .build();
      JWSObject jws = new JWSObject(header, new Payload(write(statement)));
      jws.sign(new Ed25519Signer(key));
      return jws.serialize();
    } catch (JOSEException e) {
      throw new IllegalArgumentException("The key must be an Ed25519 key with its part 'd'", e);
    }
  }

  /** Which key a signature claims to be by. */
  public Answer<String> keyId(String compactJws) {
    return parse(compactJws).map(jws -> jws.getHeader().getKeyID());
  }

  /** The statement, if the key signed it and may sign now. */
  public Answer<Statement> verify(String compactJws, PublisherKey key) {
    return key.objection(clock.instant())
        .<Answer<Statement>>map(Signatures::bad)
        .orElseGet(() -> verify(compactJws, key.kid(), key.x()));
  }

  /**
   * The statement, if this key signed it.
   *
   * @param kid the key's thumbprint
   * @param x the public key's 32 bytes in base64url (RFC 8037)
   */
  public Answer<Statement> verify(String compactJws, String kid, String x) {
    return parse(compactJws).then(jws -> verify(jws, kid, x));
  }

  private Answer<Statement> verify(JWSObject jws, String kid, String x) {
    if (!jws.getHeader().getKeyID().equals(kid)) {
      return bad(
          "The signature is by the key %s, not by %s.".formatted(jws.getHeader().getKeyID(), kid));
    }
    if (!isSignedBy(jws, x)) {
      return bad(
          "The signature does not fit its statement: one of them was changed. Sign the module"
              + " again.");
    }
    return statement(jws.getPayload().toBytes());
  }

  private static Answer<JWSObject> parse(String compactJws) {
    if (compactJws.isBlank()) {
      return bad("The module has no signature. Sign it with 'leat sign'.");
    }
    if (compactJws.length() > JWS_CHARS_MAX) {
      return bad("The signature is longer than " + JWS_CHARS_MAX + " characters.");
    }
    JWSObject jws;
    try {
      jws = JWSObject.parse(compactJws.strip());
    } catch (ParseException | RuntimeException e) {
      // The library leans on the JVM's own checks for some malformed headers.
      return bad(
          "The signature is not a compact JWS (RFC 7515). Sign the module with 'leat sign'.");
    }
    JWSHeader header = jws.getHeader();
    if (!header.getAlgorithm().equals(JWSAlgorithm.EdDSA)) {
      return bad("The signature's algorithm must be EdDSA.");
    }
    if (!header.getIncludedParams().equals(HEADER_PARAMETERS)) {
      return bad(
          "The signature's header must have exactly 'alg' and 'kid', it has %s."
              .formatted(new TreeSet<>(header.getIncludedParams())));
    }
    return Answer.done(jws);
  }

  private static boolean isSignedBy(JWSObject jws, String x) {
    try {
      return jws.verify(
          new Ed25519Verifier(new OctetKeyPair.Builder(Curve.Ed25519, new Base64URL(x)).build()));
    } catch (JOSEException e) {
      return false;
    }
  }

  private Answer<Statement> statement(byte[] payload) {
    JsonNode node;
    try {
      node = StrictJson.mapper().readTree(new String(payload, StandardCharsets.UTF_8));
    } catch (JacksonException e) {
      return bad("The signed statement is not JSON.");
    }
    Set<String> members = new TreeSet<>();
    node.fieldNames().forEachRemaining(members::add);
    if (!members.equals(MEMBERS)) {
      return bad(
          "The signed statement must have exactly the members %s, it has %s."
              .formatted(new TreeSet<>(MEMBERS), members));
    }
    try {
      return inTime(
          new Statement(
              text(node, "name"),
              text(node, "version"),
              ModuleDigest.parse(text(node, "digest")),
              size(node),
              Instant.parse(text(node, "issuedAt"))));
    } catch (DateTimeException e) {
      return bad("The signed statement's issuedAt must be a time as in RFC 3339.");
    } catch (IllegalArgumentException e) {
      return bad("The signed statement is malformed: " + e.getMessage() + ".");
    }
  }

  private static String text(JsonNode statement, String member) {
    JsonNode value = statement.get(member);
    if (!value.isTextual()) {
      throw new IllegalArgumentException(member + " must be text");
    }
    return value.asText();
  }

  private static long size(JsonNode statement) {
    JsonNode value = statement.get("size");
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new IllegalArgumentException("size must be a whole number");
    }
    return value.asLong();
  }

  private Answer<Statement> inTime(Statement statement) {
    return statement.issuedAt().isAfter(clock.instant().plus(CLOCK_SKEW))
        ? bad(
            "The statement was signed at %s, which lies ahead. Set the signer's clock and sign again."
                .formatted(statement.issuedAt()))
        : Answer.done(statement);
  }

  private static String write(Statement statement) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("name", statement.name())
        .put("version", statement.version())
        .put("digest", statement.digest().toString())
        .put("size", statement.size())
        .put("issuedAt", statement.issuedAt().toString())
        .toString();
  }

  private static <T> Answer<T> bad(String detail) {
    return Answer.refused(ProblemCode.INVALID_SIGNATURE, detail);
  }
}
