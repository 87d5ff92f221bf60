package dev.leat.tenants;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.leat.contract.ProblemCode;
import dev.leat.tenants.Authentication.Authenticated;
import dev.leat.tenants.Authentication.Pending;
import dev.leat.tenants.Authentication.Refused;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Checks the tokens of the tenants' own issuers (OpenID Connect Core 1.0, 3.1.3.7; RFC 9068; RFC
 * 8725). The order is: whose it would be, by which key, whether that key signed it, and only then
 * what it says. Runs on event loops: no I/O, no blocking.
 */
final class OutsideTokens {
  /** How far an issuer's clock may differ. */
  static final Duration LEEWAY = Duration.ofSeconds(60);

  /** None with a shared secret, which a public key could be taken for, and never none at all. */
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256, JWSAlgorithm.EdDSA);

  /** Those that bring or name keys of their own, or change what is signed, are refused. */
  private static final Set<String> HEADER_PARAMETERS =
      Set.of("alg", "kid", "typ", "x5t", "x5t#S256");

  /** A logout token or a proof of possession of the same issuer is no token to act with. */
  private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");

  private final Issuers issuers;
  private final InstantSource clock;

  OutsideTokens(Issuers issuers, InstantSource clock) {
    this.issuers = issuers;
    this.clock = clock;
  }

  /** Whether what claims this may be a token of an issuer outside. */
  static boolean isOutside(JWTClaimsSet claims) {
    String issuer = claims.getIssuer();
    return issuer != null && (issuer.startsWith("https://") || issuer.startsWith("http://"));
  }

  /** Whether a tenant takes tokens that claim this, if they are signed. */
  boolean isTaken(JWTClaimsSet claims) {
    return isOutside(claims) && issuers.find(claims.getIssuer(), claims.getAudience()) != null;
  }

  /** What holds for as long as the token and its key exist. */
  Checked check(SignedJWT jwt, JWTClaimsSet claims, boolean mayLook) {
    JWSHeader header = jwt.getHeader();
    JWSAlgorithm algorithm = header.getAlgorithm();
    if (!ALGORITHMS.contains(algorithm)) {
      return refused("An outside token must be signed with RS256, PS256, ES256 or EdDSA.");
    }
    if (!HEADER_PARAMETERS.containsAll(header.getIncludedParams())) {
      return refused("The token's header has a parameter that is not allowed.");
    }
    JOSEObjectType type = header.getType();
    if (type != null && !TYPES.contains(type.getType().toLowerCase(Locale.ROOT))) {
      return refused("The token is of a type that is not for calling.");
    }
    IssuerKeys keys = issuers.find(claims.getIssuer(), claims.getAudience());
    String id = header.getKeyID();
    if (keys == null || id == null) {
      return refused("No tenant takes tokens of that issuer for that audience.");
    }
    IssuerKeys.Key key = keys.find(id);
    if (key == null) {
      CompletionStage<Void> looked = mayLook ? keys.look() : null;
      return looked == null
          ? refused("The token's issuer has no such key, or its keys cannot be had just now.")
          : new Checked.Looking(new Pending(looked));
    }
    if (!key.allows(algorithm) || !isSigned(jwt, key)) {
      return refused("The token's signature is not valid.");
    }
    return read(keys, key, claims);
  }

  private static boolean isSigned(SignedJWT jwt, IssuerKeys.Key key) {
    try {
      return jwt.verify(key.verifier());
    } catch (JOSEException | RuntimeException e) {
      return false;
    }
  }

  private Checked read(IssuerKeys keys, IssuerKeys.Key key, JWTClaimsSet claims) {
    String subject = claims.getSubject();
    if (subject == null || claims.getExpirationTime() == null || claims.getIssueTime() == null) {
      return refused("The token must have the claims sub, exp and iat.");
    }
    if (!Tokens.isSubject(subject)) {
      return refused("The token's sub must be 1-200 characters without control characters.");
    }
    Instant latest = clock.instant().plus(LEEWAY);
    if (latest.isBefore(claims.getIssueTime().toInstant())) {
      return refused("The token was issued in the future.");
    }
    if (claims.getNotBeforeTime() != null
        && latest.isBefore(claims.getNotBeforeTime().toInstant())) {
      return refused("The token is not valid yet.");
    }
    Issuer issuer = keys.issuer();
    Claims said = Claims.of(claims);
    Set<Role> roles = EnumSet.noneOf(Role.class);
    issuer.rules().stream()
        .filter(rule -> said.have(rule.claim(), rule.value()))
        .forEach(rule -> roles.add(rule.role()));
    if (roles.isEmpty()) {
      return refused("No rule of its issuer gives the token a role.");
    }
    Principal principal =
        new Principal(
            subject,
            Optional.of(issuer.tenant()),
            roles,
            FunctionScope.ALL,
            Optional.of(issuer.name()),
            Objects.requireNonNullElse(claims.getJWTID(), ""),
            claims.getExpirationTime().toInstant(),
            said);
    return new Checked.Good(new Authenticated(principal), keys, key);
  }

  /** Why a token that was good is so no more; null while it is. */
  @Nullable Refused lapsed(Checked.Good good) {
    if (clock.millis() - LEEWAY.toMillis()
        >= good.answer().principal().expiresAt().toEpochMilli()) {
      return new Refused(ProblemCode.TOKEN_EXPIRED, "The token has expired. Ask for a new one.");
    }
    if (good.keys().isDropped() || !good.key().equals(good.keys().find(good.key().id()))) {
      return new Refused(
          ProblemCode.UNAUTHENTICATED, "The token's issuer or key is not taken any more.");
    }
    return null;
  }

  /** The claims as they are before anything is verified; null if they are no object. */
  static @Nullable JWTClaimsSet unverified(SignedJWT jwt) {
    try {
      return jwt.getJWTClaimsSet();
    } catch (ParseException | RuntimeException e) {
      return null;
    }
  }

  private static Checked refused(String detail) {
    return new Checked.Bad(new Refused(ProblemCode.UNAUTHENTICATED, detail));
  }

  /** What became of a token. */
  sealed interface Checked {
    /** It is good, as long as its key is its issuer's. */
    record Good(Authenticated answer, IssuerKeys keys, IssuerKeys.Key key) implements Checked {}

    /** It is not. */
    record Bad(Refused answer) implements Checked {}

    /** Its key is being looked for. */
    record Looking(Pending answer) implements Checked {}
  }
}
