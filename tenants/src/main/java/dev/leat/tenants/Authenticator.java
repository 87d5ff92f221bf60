package dev.leat.tenants;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.tenants.Authentication.Authenticated;
import dev.leat.tenants.Authentication.Refused;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns a request's {@code Authorization} header into a principal. Runs on event loops for every
 * request: no I/O, no blocking.
 *
 * <p>Only the platform's own tokens are accepted, in exactly the form in which {@link Tokens}
 * issues them. Checking a signature costs about 0.2 ms, so a token that was found good is
 * remembered; what may change afterwards (time, revocation, its tenant's existence) is asked anew
 * each time.
 */
public final class Authenticator {
  /** The longest token that is looked at: 8 KiB, twenty times what is issued. */
  public static final int TOKEN_CHARS_MAX = 8_192;

  /**
   * Good tokens that are remembered, at most about 1.5 KB each: 15 MB. The least useful one makes
   * room for another.
   */
  static final int REMEMBERED_MAX = 10_000;

  private static final String SCHEME = "Bearer ";
  private static final Set<String> HEADER_PARAMETERS = Set.of("alg", "kid", "typ");

  private final SigningKeys keys;
  private final Tokens tokens;
  private final Tenants tenants;
  private final InstantSource clock;

  /** By the header, written as it usually is: a token in other clothes is not remembered twice. */
  private final Cache<String, Authenticated> remembered =
      Caffeine.newBuilder().maximumSize(REMEMBERED_MAX).build();

  public Authenticator(SigningKeys keys, Tokens tokens, Tenants tenants, InstantSource clock) {
    this.keys = keys;
    this.tokens = tokens;
    this.tenants = tenants;
    this.clock = clock;
  }

  /** Who sends this header; null if there is none. */
  public Authentication authenticate(@Nullable String authorizationHeader) {
    if (authorizationHeader == null) {
      return refused("A token is needed: Authorization: Bearer <token>.");
    }
    if (!authorizationHeader.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return refused("The Authorization header must be: Bearer <token>.");
    }
    if (authorizationHeader.length() - SCHEME.length() > TOKEN_CHARS_MAX) {
      return refused("The token is longer than " + TOKEN_CHARS_MAX + " characters.");
    }
    Authenticated known = remembered.getIfPresent(authorizationHeader);
    if (known != null) {
      return current(known);
    }
    String token = authorizationHeader.substring(SCHEME.length()).strip();
    String plainHeader = SCHEME + token;
    return authorizationHeader.equals(plainHeader)
        ? verifyAndRemember(token, plainHeader)
        : authenticate(plainHeader);
  }

  private Authentication verifyAndRemember(String token, String plainHeader) {
    return switch (verify(token)) {
      case Refused refused -> refused;
      case Authenticated good -> {
        remembered.put(plainHeader, good);
        yield current(good);
      }
    };
  }

  /** What holds for as long as the token exists. */
  private Authentication verify(String token) {
    SignedJWT jwt = parse(token);
    if (jwt == null) {
      return refused("The token is not a signed JWT.");
    }
    JWSHeader header = jwt.getHeader();
    if (!JWSAlgorithm.EdDSA.equals(header.getAlgorithm())) {
      return refused("The token must be signed with EdDSA.");
    }
    if (!HEADER_PARAMETERS.containsAll(header.getIncludedParams())) {
      return refused("The token's header must have no parameters but alg, kid and typ.");
    }
    if (!keys.isKnown(header.getKeyID())) {
      return refused("The token names a key that this platform does not sign with.");
    }
    if (!keys.verifies(jwt)) {
      return refused("The token's signature is not valid.");
    }
    try {
      return read(jwt.getJWTClaimsSet());
    } catch (ParseException e) {
      return refused("The token has a claim of the wrong kind.");
    }
  }

  private static @Nullable SignedJWT parse(String token) {
    // The parser overlooks other characters, so one token could be remembered in many disguises.
    if (!token.chars().allMatch(Authenticator::isCompactSerialization)) {
      return null;
    }
    try {
      return SignedJWT.parse(token);
    } catch (ParseException | RuntimeException e) {
      // Not all that it stumbles over is declared: a header of "null" is a NullPointerException.
      return null;
    }
  }

  private Authentication read(JWTClaimsSet claims) throws ParseException {
    if (!tokens.issuer().equals(claims.getIssuer())) {
      return refused("The token was issued for another installation.");
    }
    String subject = claims.getSubject();
    String id = claims.getJWTID();
    Date expires = claims.getExpirationTime();
    List<String> words = claims.getStringListClaim("roles");
    if (subject == null || id == null || expires == null || words == null) {
      return refused("The token must have the claims sub, jti, exp and roles.");
    }
    Date notBefore = claims.getNotBeforeTime();
    if (notBefore != null
        && clock.instant().plus(Tokens.CLOCK_SKEW).isBefore(notBefore.toInstant())) {
      return refused("The token is not valid yet.");
    }
    Set<Role> roles = EnumSet.noneOf(Role.class);
    words.forEach(word -> Role.ofWord(word).ifPresent(roles::add));
    String name = claims.getStringClaim("tenant");
    if (roles.size() != words.size() || (name != null && !TenantId.isValid(name))) {
      return refused("The token has a role or a tenant that this version does not know.");
    }
    Optional<TenantId> tenant = Optional.ofNullable(name).map(TenantId::new);
    return Principal.fits(tenant, roles)
        ? new Authenticated(new Principal(subject, tenant, roles, id, expires.toInstant()))
        : refused("The token's roles do not fit its tenant.");
  }

  /** What may change while the token exists. */
  private Authentication current(Authenticated verified) {
    Principal principal = verified.principal();
    if (clock.millis() - Tokens.CLOCK_SKEW.toMillis() >= principal.expiresAt().toEpochMilli()) {
      return new Refused(ProblemCode.TOKEN_EXPIRED, "The token has expired. Ask for a new one.");
    }
    if (tokens.isRevoked(principal.tokenId())) {
      return refused("The token was revoked. Ask for a new one.");
    }
    if (principal.tenant().isPresent() && !tenants.exists(principal.tenant().get())) {
      return refused("The token's tenant does not exist any more.");
    }
    return verified;
  }

  private static boolean isCompactSerialization(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_'
        || c == '.';
  }

  private static Refused refused(String detail) {
    return new Refused(ProblemCode.UNAUTHENTICATED, detail);
  }
}
