package dev.leat.tenants;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.leat.contract.Answer;
import dev.leat.contract.Change;
import dev.leat.contract.Finding;
import dev.leat.contract.Page;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.store.ChangeFeed;
import dev.leat.tenants.Access.Decision;
import dev.leat.tenants.Access.Right;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Issues, lists and revokes the platform's tokens: JWTs signed with EdDSA, claims {@code iss sub
 * tenant roles functions iat exp jti}, without {@code functions} when they are good for all. An
 * absent tenant stands for the platform, whose tokens are the operators'. Which unexpired tokens
 * are revoked is known in memory, when the feed of changes has brought it; everything else blocks
 * on the store.
 */
public final class Tokens implements ChangeFeed.Subscriber {
  /** The {@code iss} of an installation that chooses none. */
  public static final String DEFAULT_ISSUER = "leat";

  public static final Duration TTL_MIN = Duration.ofSeconds(1);
  public static final Duration TTL_MAX = Duration.ofDays(365);
  public static final int SUBJECT_CHARS_MAX = 200;

  /**
   * Unexpired tokens of one tenant, revoked ones included. It bounds what revocation costs: about
   * 150 bytes of memory for each.
   */
  public static final int TOKENS_PER_TENANT_MAX = 10_000;

  /** How far the clocks of an installation may differ. */
  static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

  private final TokenStore store;
  private final SigningKeys keys;
  private final String issuer;
  private final InstantSource clock;

  /** Ids of revoked tokens. Only ever added to while they are valid, so no update can be lost. */
  private final Map<String, Instant> revoked = new ConcurrentHashMap<>();

  public Tokens(TokenStore store, SigningKeys keys, String issuer, InstantSource clock) {
    this.store = store;
    this.keys = keys;
    this.issuer = issuer;
    this.clock = clock;
  }

  /** Learns what the store knows of revoked tokens, and forgets those that have expired. */
  @Override
  public void load() {
    store.forget(clock.instant().minus(CLOCK_SKEW));
    revoked.putAll(store.revoked());
    forgetExpired();
  }

  @Override
  public void changed(Change change) {
    switch (change) {
      case Change.TokenRevoked(String id) -> {
        store.revoked(id).ifPresent(expiresAt -> revoked.put(id, expiresAt));
        forgetExpired();
      }
      case Change.TokensRevoked all -> load();
      default -> {} // not a token's
    }
  }

  /**
   * Issues a token. Operators may for anyone, tenant-admins for their own tenant; no other may.
   *
   * @param by who asks
   */
  public Answer<IssuedToken> issue(Principal by, TokenRequest request) {
    return switch (decide(by, request)) {
      case HIDDEN -> Refusals.unknownTenant(request.tenant().orElseThrow());
      case FORBIDDEN ->
          Answer.refused(
              ProblemCode.FORBIDDEN,
              "Operators may issue any token, tenant-admins those of their tenant; your roles are "
                  + words(by.roles())
                  + ".");
      case ALLOWED -> {
        List<Finding> findings = findings(request);
        yield findings.isEmpty() ? issue(request) : Refusals.invalid("The token request", findings);
      }
    };
  }

  /** Issues the first operator's token of a new installation, for which there is nobody to ask. */
  public IssuedToken issueOperator(Duration ttl) {
    TokenRequest request =
        new TokenRequest(Optional.empty(), "operator", Set.of(Role.OPERATOR), ttl);
    return switch (issue(request)) {
      case Answer.Done<IssuedToken>(IssuedToken token) -> token;
      case Answer.Refused<IssuedToken>(Problem problem) ->
          throw new IllegalStateException(problem.detail());
    };
  }

  /**
   * The tokens of a tenant that have not expired, revoked ones among them, newest first.
   *
   * @param limit how many at most; brought into 1 to {@link Page#ITEMS_MAX}
   * @param cursor {@code next} of the page before; empty for the first page
   */
  public Answer<Page<Token>> list(Optional<TenantId> tenant, int limit, Optional<String> cursor) {
    Optional<TokenPosition> after = cursor.flatMap(TokenPosition::ofCursor);
    if (cursor.isPresent() && after.isEmpty()) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "The cursor is not one that was given. Start without a cursor.");
    }
    int most = Page.limit(limit);
    return store
        .list(tenant, clock.instant(), after, most + 1)
        .map(found -> Page.of(found, most, last -> TokenPosition.of(last).cursor()))
        .map(Answer::done)
        .orElseGet(() -> Refusals.unknownTenant(tenant.orElseThrow()));
  }

  /** Ends a token before its time; once is as good as twice. */
  public Answer<Token> revoke(Optional<TenantId> tenant, String id) {
    Optional<Token> token = store.revoke(tenant, id);
    // The feed brings it too; this node need not wait until the database can be read again.
    token.ifPresent(it -> revoked.put(it.id(), it.expiresAt()));
    return token
        .map(Answer::done)
        .orElseGet(() ->
            Answer.refused(
                ProblemCode.NOT_FOUND,
                "There is no such token"
                    + tenant.map(name -> " of tenant '" + name + "'").orElse("")
                    + ". List the tokens for their ids."));
  }

  /** Whether a token was revoked. Never blocks. */
  boolean isRevoked(String id) {
    return revoked.containsKey(id);
  }

  private void forgetExpired() {
    Instant expired = clock.instant().minus(CLOCK_SKEW);
    revoked.values().removeIf(expiresAt -> !expiresAt.isAfter(expired));
  }

  String issuer() {
    return issuer;
  }

  private static Decision decide(Principal by, TokenRequest request) {
    Decision onTenant =
        request.tenant().isPresent()
            ? Access.decide(by, Right.ADMINISTER_TENANT, request.tenant().get())
            : Access.decide(by, Right.ADMINISTER_TENANT);
    boolean raises = request.roles().contains(Role.OPERATOR);
    return onTenant == Decision.ALLOWED && raises
        ? Access.decide(by, Right.ADMINISTER_PLATFORM)
        : onTenant;
  }

  private static List<Finding> findings(TokenRequest request) {
    List<Finding> findings = new ArrayList<>();
    String subject = request.subject();
    if (!isSubject(subject)) {
      findings.add(
          new Finding(
              "subject",
              "The subject must be 1-"
                  + SUBJECT_CHARS_MAX
                  + " characters without control characters; it has "
                  + subject.length()
                  + "."));
    }
    if (!Principal.fits(request.tenant(), request.roles())) {
      findings.add(
          new Finding(
              "roles",
              "A tenant's token must have one or more of tenant-admin, developer and invoker, one"
                  + " without a tenant the role operator alone; the roles are ["
                  + words(request.roles())
                  + "]."));
    }
    Optional<String> misnamed = FunctionScope.complaint(request.functions());
    misnamed.ifPresent(message -> findings.add(new Finding("functions", message + ".")));
    if (misnamed.isEmpty()
        && !Principal.fits(request.roles(), FunctionScope.of(request.functions()))) {
      findings.add(
          new Finding(
              "functions",
              "Only tokens with the roles developer and invoker can be limited to functions."));
    }
    if (request.ttl().compareTo(TTL_MIN) < 0 || request.ttl().compareTo(TTL_MAX) > 0) {
      findings.add(
          new Finding("ttl", "The ttl must be 1 second to 365 days, was " + request.ttl() + "."));
    }
    return findings;
  }

  /** Whether this may be whose a token is. */
  static boolean isSubject(String subject) {
    return !subject.isBlank()
        && subject.length() <= SUBJECT_CHARS_MAX
        && subject.codePoints().noneMatch(Tokens::isUnprintable);
  }

  /** A control character, or half of a surrogate pair. */
  private static boolean isUnprintable(int codePoint) {
    return Character.isISOControl(codePoint) || Character.getType(codePoint) == Character.SURROGATE;
  }

  private Answer<IssuedToken> issue(TokenRequest request) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Token token =
        new Token(
            UUID.randomUUID().toString(),
            request.tenant(),
            request.subject(),
            request.roles(),
            FunctionScope.of(request.functions()),
            now,
            now.plusSeconds(request.ttl().toSeconds()),
            false);
    store.forget(now.minus(CLOCK_SKEW));
    return switch (store.add(token, TOKENS_PER_TENANT_MAX)) {
      case TokenStore.Added.Kept(String signedBy) ->
          keys.sign(signedBy, claims(token))
              .map(jwt -> Answer.done(new IssuedToken(token.id(), jwt, token.expiresAt())))
              .orElseGet(() ->
                  Answer.refused(
                      ProblemCode.CONFLICT,
                      "The signing key was replaced meanwhile. Ask for the token again."));
      case TokenStore.Added.NoSuchTenant() ->
          Refusals.unknownTenant(request.tenant().orElseThrow());
      case TokenStore.Added.Full() ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "There are "
                  + TOKENS_PER_TENANT_MAX
                  + " unexpired tokens"
                  + request.tenant().map(name -> " of tenant '" + name + "'").orElse("")
                  + ", the most allowed. Wait for some to expire, and give new ones a shorter ttl.");
    };
  }

  private JWTClaimsSet claims(Token token) {
    JWTClaimsSet.Builder claims =
        new JWTClaimsSet.Builder()
            .issuer(issuer)
            .subject(token.subject())
            .claim("roles", token.roles().stream().sorted().map(Role::word).toList())
            .issueTime(Date.from(token.issuedAt()))
            .expirationTime(Date.from(token.expiresAt()))
            .jwtID(token.id());
    token.tenant().ifPresent(tenant -> claims.claim("tenant", tenant.value()));
    if (!token.scope().isAll()) {
      claims.claim("functions", token.scope().patterns());
    }
    return claims.build();
  }

  private static String words(Set<Role> roles) {
    return String.join(", ", roles.stream().sorted().map(Role::word).toList());
  }
}
