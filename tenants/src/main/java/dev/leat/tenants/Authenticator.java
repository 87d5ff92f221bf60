package dev.leat.tenants;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.tenants.Authentication.Authenticated;
import dev.leat.tenants.Authentication.Pending;
import dev.leat.tenants.Authentication.Refused;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns a request's {@code Authorization} header into a principal. Runs on event loops for every
 * request: no I/O, no blocking.
 *
 * <p>Accepted are the platform's own tokens, in exactly the form in which {@link Tokens} issues
 * them, and those of the tenants' issuers ({@link OutsideTokens}). Checking a signature costs about
 * 0.2 ms, so a token that was found good is remembered; what may change afterwards (time,
 * revocation, its tenant's existence) is asked anew each time.
 */
public final class Authenticator {
  /** The longest token that is looked at: 8 KiB, twenty times what is issued. */
  public static final int TOKEN_CHARS_MAX = 8_192;

  /**
   * Memory for good tokens: 8,000 of those that this platform issues, 2 KB each. An outside one of
   * 8 KB with 2,000 groups takes 220 KB. The least useful ones make room for others.
   */
  static final long REMEMBERED_BYTES_MAX = 16 << 20;

  private static final String SCHEME = "Bearer ";
  private static final Pattern NOT_OF_TOKENS = Pattern.compile("[^A-Za-z0-9_.-]+");
  private static final Set<String> HEADER_PARAMETERS = Set.of("alg", "kid", "typ");

  private final SigningKeys keys;
  private final Tokens tokens;
  private final Tenants tenants;
  private final OutsideTokens outside;
  private final InstantSource clock;
  private final InvalidTokens invalid;

  /** By the header, written as it usually is: a token in other clothes is not remembered twice. */
  private final Cache<String, Remembered> remembered =
      Caffeine.newBuilder()
          .maximumWeight(REMEMBERED_BYTES_MAX)
          .weigher((String header, Remembered token) ->
              bytes(header, token.answer().principal().claims()))
          .build();

  /**
   * @param nanoTime a clock that never steps, as {@link System#nanoTime} is
   */
  public Authenticator(
      SigningKeys keys,
      Tokens tokens,
      Tenants tenants,
      Issuers issuers,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.keys = keys;
    this.tokens = tokens;
    this.tenants = tenants;
    this.outside = new OutsideTokens(issuers, clock);
    this.clock = clock;
    this.invalid = new InvalidTokens(nanoTime);
  }

  /**
   * Who sends this header; pending if that may be known soon.
   *
   * @param authorizationHeader null if there is none
   * @param address where it comes from: whom invalid tokens count for
   */
  public Authentication ask(@Nullable String authorizationHeader, String address) {
    return authenticate(authorizationHeader, address, true);
  }

  /** Likewise, by what is known now. */
  public Authentication.Known authenticate(@Nullable String authorizationHeader, String address) {
    return switch (authenticate(authorizationHeader, address, false)) {
      case Authentication.Known known -> known;
      case Pending _ -> throw new IllegalStateException("nothing is looked up");
    };
  }

  private Authentication authenticate(
      @Nullable String authorizationHeader, String address, boolean mayLook) {
    if (authorizationHeader == null) {
      return refused("A token is needed: Authorization: Bearer <token>.");
    }
    if (!authorizationHeader.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return refused("The Authorization header must be: Bearer <token>.");
    }
    if (authorizationHeader.length() - SCHEME.length() > TOKEN_CHARS_MAX) {
      return refused("The token is longer than " + TOKEN_CHARS_MAX + " characters.");
    }
    Remembered known = remembered.getIfPresent(authorizationHeader);
    if (known != null) {
      return current(known);
    }
    String token = authorizationHeader.substring(SCHEME.length()).strip();
    String plainHeader = SCHEME + token;
    return authorizationHeader.equals(plainHeader)
        ? verifyAndRemember(token, plainHeader, address, mayLook)
        : authenticate(plainHeader, address, mayLook);
  }

  /**
   * Whether the header names a key of this installation, or an issuer and audience that one of its
   * tenants takes, in whatever disguise: what could be used as a token here, be it expired, revoked
   * or forged. Verifies nothing, which takes microseconds.
   */
  public boolean isOfThisInstallation(String authorizationHeader) {
    if (remembered.getIfPresent(authorizationHeader) != null) {
      return true;
    }
    for (String word : NOT_OF_TOKENS.split(authorizationHeader, -1)) {
      int headerEnd = word.indexOf('.');
      if (headerEnd > 0
          && (keys.isKnown(keyId(word.substring(0, headerEnd))) || isTakenFromOutside(word))) {
        return true;
      }
    }
    return false;
  }

  private boolean isTakenFromOutside(String word) {
    SignedJWT jwt = parse(word);
    JWTClaimsSet claims = jwt == null ? null : OutsideTokens.unverified(jwt);
    return claims != null && outside.isTaken(claims);
  }

  private static @Nullable String keyId(String header) {
    try {
      return JWSHeader.parse(new Base64URL(header)).getKeyID();
    } catch (ParseException | RuntimeException e) {
      return null;
    }
  }

  private Authentication verifyAndRemember(
      String token, String plainHeader, String address, boolean mayLook) {
    if (!invalid.mayTry(address)) {
      return new Refused(
          ProblemCode.TOO_MANY_INVALID_TOKENS,
          "Your address has sent too many invalid tokens. Wait a second, and send a valid one.");
    }
    SignedJWT jwt = parse(token);
    if (jwt == null || !isCanonical(jwt.getSignature())) {
      return refuse(refused("The token is not a signed JWT."), address);
    }
    JWTClaimsSet claims = OutsideTokens.unverified(jwt);
    return claims != null && OutsideTokens.isOutside(claims)
        ? remember(outside.check(jwt, claims, mayLook), plainHeader, address)
        : remember(verify(jwt, mayLook), jwt, plainHeader, address);
  }

  private Authentication remember(
      Authentication verified, SignedJWT jwt, String plainHeader, String address) {
    return switch (verified) {
      case Pending pending -> pending;
      case Refused refused -> refuse(refused, address);
      case Authenticated good -> {
        Remembered found = new Own(good, jwt.getHeader().getKeyID());
        remembered.put(plainHeader, found);
        yield current(found);
      }
    };
  }

  private Authentication remember(
      OutsideTokens.Checked checked, String plainHeader, String address) {
    return switch (checked) {
      case OutsideTokens.Checked.Looking(Pending pending) -> pending;
      case OutsideTokens.Checked.Bad(Refused refused) -> refuse(refused, address);
      case OutsideTokens.Checked.Good good -> {
        Remembered found = new Outside(good);
        remembered.put(plainHeader, found);
        yield current(found);
      }
    };
  }

  /** The header, what was read of it, which is no longer, and the objects that hold it. */
  static int bytes(String header, Claims claims) {
    return 2 * header.length() + claims.bytes() + 500;
  }

  private Refused refuse(Refused refused, String address) {
    invalid.sent(address);
    return refused;
  }

  /** What holds for as long as the token exists. */
  private Authentication verify(SignedJWT jwt, boolean mayLook) {
    JWSHeader header = jwt.getHeader();
    if (!JWSAlgorithm.EdDSA.equals(header.getAlgorithm())) {
      return refused("The token must be signed with EdDSA.");
    }
    if (!HEADER_PARAMETERS.containsAll(header.getIncludedParams())) {
      return refused("The token's header must have no parameters but alg, kid and typ.");
    }
    if (!keys.isKnown(header.getKeyID())) {
      CompletionStage<Void> looked = mayLook ? keys.look() : null;
      if (looked != null) {
        return new Pending(looked);
      }
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

  /**
   * Whether it is written as encoders write it: the last character has bits that nothing says, so a
   * token could be remembered in sixteen disguises (RFC 4648, 3.5). All before it is signed.
   */
  private static boolean isCanonical(Base64URL signature) {
    return Base64URL.encode(signature.decode()).equals(signature);
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
    // A claim that is there and null must not be taken for none, which is for all functions.
    List<String> functions = claims.getStringListClaim("functions");
    if (claims.getClaims().containsKey("functions")
        && (functions == null
            || functions.isEmpty()
            || functions.contains(null)
            || FunctionScope.complaint(functions).isPresent())) {
      return refused("The token is limited to functions in a way that this version does not know.");
    }
    FunctionScope scope = functions == null ? FunctionScope.ALL : FunctionScope.of(functions);
    Optional<TenantId> tenant = Optional.ofNullable(name).map(TenantId::new);
    return Principal.fits(tenant, roles) && Principal.fits(roles, scope)
        ? new Authenticated(
            new Principal(
                subject,
                tenant,
                roles,
                scope,
                Optional.empty(),
                id,
                expires.toInstant(),
                Claims.of(claims)))
        : refused("The token's roles do not fit its tenant.");
  }

  /** What may change while the token exists. */
  private Authentication.Known current(Remembered verified) {
    Refused lapsed =
        switch (verified) {
          case Own own -> lapsed(own);
          case Outside(OutsideTokens.Checked.Good good) -> outside.lapsed(good);
        };
    if (lapsed != null) {
      return lapsed;
    }
    Optional<TenantId> tenant = verified.answer().principal().tenant();
    return tenant.isPresent() && !tenants.exists(tenant.get())
        ? refused("The token's tenant does not exist any more.")
        : verified.answer();
  }

  private @Nullable Refused lapsed(Own verified) {
    Principal principal = verified.answer().principal();
    if (clock.millis() - Tokens.CLOCK_SKEW.toMillis() >= principal.expiresAt().toEpochMilli()) {
      return new Refused(ProblemCode.TOKEN_EXPIRED, "The token has expired. Ask for a new one.");
    }
    if (!keys.isTrusted(verified.keyId())) {
      return refused("The token's key has been replaced. Ask for a new one.");
    }
    return tokens.isRevoked(principal.tokenId())
        ? refused("The token was revoked. Ask for a new one.")
        : null;
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

  /** A token that was found good. */
  private sealed interface Remembered {
    Authenticated answer();
  }

  /**
   * One of the platform's own.
   *
   * @param keyId of the key that signed it
   */
  private record Own(Authenticated answer, String keyId) implements Remembered {}

  /** One of an issuer outside. */
  private record Outside(OutsideTokens.Checked.Good good) implements Remembered {
    @Override
    public Authenticated answer() {
      return good.answer();
    }
  }
}
