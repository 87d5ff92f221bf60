package dev.leat.tenants;

import static dev.leat.tenants.Platform.ACME;
import static dev.leat.tenants.Platform.OPERATOR;
import static dev.leat.tenants.Platform.OTHER;
import static dev.leat.tenants.Platform.done;
import static dev.leat.tenants.Platform.principal;
import static dev.leat.tenants.Platform.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.leat.contract.Finding;
import dev.leat.contract.Page;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TokensTest {
  private static final Principal ADMIN = principal(Optional.of(ACME), Role.TENANT_ADMIN);
  private static final Duration HOUR = Duration.ofHours(1);

  private final TestDatabase database = Platform.DATABASES.h2();
  private final ManualClock clock = new ManualClock();
  private final Platform platform = Platform.start(database, clock);
  private final Tokens tokens = platform.tokens;

  @BeforeEach
  void createTenants() {
    platform.held(platform.tenants.create(ACME));
    platform.held(platform.tenants.create(OTHER));
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void issue_byAdminForOwnTenant_isAJwtOfTheDocumentedForm() throws Exception {
    IssuedToken token =
        done(
            tokens.issue(
                ADMIN,
                new TokenRequest(
                    Optional.of(ACME), "ci", Set.of(Role.INVOKER, Role.DEVELOPER), HOUR)));

    SignedJWT jwt = SignedJWT.parse(token.jwt());
    assertThat(jwt.getHeader().getIncludedParams()).containsExactlyInAnyOrder("alg", "kid", "typ");
    assertThat(jwt.getHeader().getAlgorithm().getName()).isEqualTo("EdDSA");
    assertThat(jwt.getHeader().getType().getType()).isEqualTo("JWT");
    assertThat(platform.keys.jwks()).contains(jwt.getHeader().getKeyID());
    JWTClaimsSet claims = jwt.getJWTClaimsSet();
    Instant now = clock.instant();
    assertThat(claims.getClaims())
        .isEqualTo(
            Map.of(
                "iss", "leat",
                "sub", "ci",
                "tenant", "acme",
                "roles", List.of("developer", "invoker"),
                "iat", Date.from(now),
                "exp", Date.from(now.plus(HOUR)),
                "jti", token.id()));
    assertThat(token.expiresAt()).isEqualTo(now.plus(HOUR));
  }

  @Test
  void issue_byOperator_forAnyoneAndOperators() {
    assertThat(done(tokens.issue(OPERATOR, request(ACME, Role.TENANT_ADMIN))).jwt()).isNotEmpty();
    IssuedToken operators =
        done(
            tokens.issue(
                OPERATOR,
                new TokenRequest(Optional.empty(), "second", Set.of(Role.OPERATOR), HOUR)));

    assertThat(platform.tokensOf(Optional.empty()))
        .extracting(Token::id)
        .containsExactly(operators.id());
  }

  @Test
  void issue_byAdminForAnotherTenant_isHidden() {
    Problem existing = refused(tokens.issue(ADMIN, request(OTHER, Role.INVOKER)));
    Problem absent = refused(tokens.issue(ADMIN, request(new TenantId("absent"), Role.INVOKER)));

    assertThat(existing)
        .isEqualTo(Problem.of(ProblemCode.NOT_FOUND, "There is no tenant 'other'."));
    assertThat(absent).isEqualTo(Problem.of(ProblemCode.NOT_FOUND, "There is no tenant 'absent'."));
  }

  @Test
  void issue_operatorsTokenByAdmin_isForbidden() {
    TokenRequest inTenant = request(ACME, Role.OPERATOR);
    TokenRequest without =
        new TokenRequest(Optional.empty(), "someone", Set.of(Role.OPERATOR), HOUR);

    assertThat(refused(tokens.issue(ADMIN, inTenant)).code()).isEqualTo(ProblemCode.FORBIDDEN);
    assertThat(refused(tokens.issue(ADMIN, without)).code()).isEqualTo(ProblemCode.FORBIDDEN);
  }

  @ParameterizedTest
  @EnumSource(names = {"DEVELOPER", "INVOKER"})
  void issue_byOthers_isForbidden(Role role) {
    Principal by = principal(Optional.of(ACME), role);

    assertThat(refused(tokens.issue(by, request(ACME, Role.INVOKER))).code())
        .isEqualTo(ProblemCode.FORBIDDEN);
  }

  @Test
  void issue_forUnknownTenant_isRefused() {
    Problem problem =
        refused(tokens.issue(OPERATOR, request(new TenantId("nobody"), Role.INVOKER)));

    assertThat(problem)
        .isEqualTo(Problem.of(ProblemCode.NOT_FOUND, "There is no tenant 'nobody'."));
  }

  @Test
  void issue_severalMistakes_areAllFound() {
    TokenRequest request = new TokenRequest(Optional.of(ACME), "", Set.of(), Duration.ZERO);

    Problem problem = refused(tokens.issue(OPERATOR, request));

    assertThat(problem.code()).isEqualTo(ProblemCode.INVALID_REQUEST);
    assertThat(problem.findings())
        .extracting(Finding::at)
        .containsExactly("subject", "roles", "ttl");
  }

  @Test
  void issue_rolesThatDoNotFitTheTenant_areRefused() {
    TokenRequest operatorInTenant = request(ACME, Role.OPERATOR);
    TokenRequest developerNowhere =
        new TokenRequest(Optional.empty(), "someone", Set.of(Role.DEVELOPER), HOUR);

    assertThat(refused(tokens.issue(OPERATOR, operatorInTenant)).detail()).contains("[operator]");
    assertThat(refused(tokens.issue(OPERATOR, developerNowhere)).detail()).contains("[developer]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0.999S", "P365DT1S", "PT-1H", "PT2562047788015215H"})
  void issue_ttlOutOfRange_isRefused(Duration ttl) {
    TokenRequest request =
        new TokenRequest(Optional.of(ACME), "someone", Set.of(Role.INVOKER), ttl);

    assertThat(refused(tokens.issue(OPERATOR, request)).detail()).contains("1 second to 365 days");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT1S", "P365D"})
  void issue_ttlAtItsBounds_isIssued(Duration ttl) {
    TokenRequest request =
        new TokenRequest(Optional.of(ACME), "someone", Set.of(Role.INVOKER), ttl);

    assertThat(done(tokens.issue(OPERATOR, request)).expiresAt())
        .isEqualTo(clock.instant().plus(ttl));
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "a\nb", "nul\0", "half\ud800", "\u0085"})
  void issue_subjectThatIsNoText_isRefused(String subject) {
    TokenRequest request = new TokenRequest(Optional.of(ACME), subject, Set.of(Role.INVOKER), HOUR);

    assertThat(refused(tokens.issue(OPERATOR, request)).code())
        .isEqualTo(ProblemCode.INVALID_REQUEST);
  }

  @Test
  void issue_tooManyTokens_isRefusedWithTheRemedy() {
    Tokens full = new Tokens(new FullTokenStore(), platform.keys, "leat", clock);

    Problem problem = refused(full.issue(OPERATOR, request(ACME, Role.INVOKER)));

    assertThat(problem.code()).isEqualTo(ProblemCode.CONFLICT);
    assertThat(problem.detail()).contains("10000", "acme", "shorter ttl");
    assertThatThrownBy(() -> full.issueOperator(HOUR)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void issueOperator_needsNobody() {
    IssuedToken token = tokens.issueOperator(Duration.ofDays(30));

    assertThat(platform.authenticator.authenticate("Bearer " + token.jwt(), "192.0.2.1"))
        .isInstanceOfSatisfying(
            Authentication.Authenticated.class,
            authenticated -> {
              Principal operator = authenticated.principal();
              assertThat(operator.subject()).isEqualTo("operator");
              assertThat(operator.tenant()).isEmpty();
              assertThat(operator.roles()).containsExactly(Role.OPERATOR);
              assertThat(operator.scope()).isEqualTo(FunctionScope.ALL);
              assertThat(operator.issuer()).isEmpty();
              assertThat(operator.tokenId()).isEqualTo(token.id());
              assertThat(operator.expiresAt()).isEqualTo(token.expiresAt());
            });
  }

  @Test
  void list_showsATenantsUnexpiredTokens() {
    IssuedToken token = platform.issue(ACME, Role.DEVELOPER);
    platform.issue(OTHER, Role.DEVELOPER);
    Token expected =
        new Token(
            token.id(),
            Optional.of(ACME),
            "someone",
            Set.of(Role.DEVELOPER),
            FunctionScope.ALL,
            clock.instant(),
            token.expiresAt(),
            false);

    assertThat(platform.tokensOf(Optional.of(ACME))).containsExactly(expected);
    clock.advance(HOUR);
    assertThat(platform.tokensOf(Optional.of(ACME))).isEmpty();
  }

  @Test
  void list_pageByPage_givesEachOnceNewestFirst() {
    List<String> issued = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      issued.add(platform.issue(ACME, Role.INVOKER).id());
      clock.advance(Duration.ofMillis(700)); // so that some have the same second
    }
    List<String> listed = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      Page<Token> page = done(tokens.list(Optional.of(ACME), 2, cursor));
      page.items().forEach(token -> listed.add(token.id()));
      cursor = page.next();
    } while (cursor.isPresent());

    assertThat(listed).containsExactlyInAnyOrderElementsOf(issued);
    assertThat(platform.tokensOf(Optional.of(ACME)))
        .extracting(Token::issuedAt)
        .isSortedAccordingTo(Comparator.reverseOrder());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "1.", "1.x", "-1.0198c1f0-5a7e-7cc3-98a4-5f1d0a3b6c2e", "1'--"})
  void list_cursorThatWasNotGiven_isRefused(String cursor) {
    assertThat(refused(tokens.list(Optional.of(ACME), 1, Optional.of(cursor))).code())
        .isEqualTo(ProblemCode.INVALID_REQUEST);
  }

  @Test
  void issue_limitedToFunctions_saysSoInTheTokenAndTheList() throws Exception {
    IssuedToken token =
        done(tokens.issue(ADMIN, limited(List.of("mask", "report-*"), Role.DEVELOPER)));

    assertThat(SignedJWT.parse(token.jwt()).getJWTClaimsSet().getStringListClaim("functions"))
        .containsExactly("mask", "report-*");
    assertThat(platform.tokensOf(Optional.of(ACME)))
        .extracting(Token::scope)
        .containsExactly(FunctionScope.of(List.of("mask", "report-*")));
  }

  @Test
  void issue_limitedInAWayThatIsNone_isRefused() {
    for (List<String> functions :
        List.of(List.of(""), List.of("Mask"), Collections.nCopies(21, "a"), List.of("a,b"))) {
      assertThat(refused(tokens.issue(OPERATOR, limited(functions, Role.INVOKER))).findings())
          .extracting(Finding::at)
          .containsExactly("functions");
    }
    assertThat(refused(tokens.issue(OPERATOR, limited(List.of("a"), Role.TENANT_ADMIN))).detail())
        .contains("Only tokens with the roles developer and invoker");
  }

  private static TokenRequest limited(List<String> functions, Role role) {
    return new TokenRequest(Optional.of(ACME), "someone", Set.of(role), functions, HOUR);
  }

  @Test
  void list_ofUnknownTenant_isRefused() {
    assertThat(
            refused(tokens.list(Optional.of(new TenantId("nobody")), 1, Optional.empty())).code())
        .isEqualTo(ProblemCode.NOT_FOUND);
  }

  @Test
  void revoke_twice_isDoneAndShown() {
    IssuedToken token = platform.issue(ACME, Role.DEVELOPER);

    Token revoked = platform.held(tokens.revoke(Optional.of(ACME), token.id()));

    assertThat(revoked.revoked()).isTrue();
    assertThat(platform.held(tokens.revoke(Optional.of(ACME), token.id()))).isEqualTo(revoked);
    assertThat(platform.tokensOf(Optional.of(ACME))).containsExactly(revoked);
  }

  @Test
  void revoke_anotherTenantsOrNone_isRefusedAndChangesNothing() {
    IssuedToken token = platform.issue(ACME, Role.DEVELOPER);

    assertThat(refused(tokens.revoke(Optional.of(OTHER), token.id())).code())
        .isEqualTo(ProblemCode.NOT_FOUND);
    assertThat(refused(tokens.revoke(Optional.empty(), token.id())).code())
        .isEqualTo(ProblemCode.NOT_FOUND);
    assertThat(refused(tokens.revoke(Optional.of(ACME), "no such id")).code())
        .isEqualTo(ProblemCode.NOT_FOUND);
    assertThat(tokens.isRevoked(token.id())).isFalse();
  }

  @Test
  void load_forgetsRevokedTokensOnceTheyCannotBeUsed() {
    IssuedToken token = platform.issue(ACME, Role.DEVELOPER);
    platform.held(tokens.revoke(Optional.of(ACME), token.id()));

    clock.advance(HOUR.plus(Tokens.CLOCK_SKEW).minusSeconds(1));
    tokens.load();
    assertThat(tokens.isRevoked(token.id())).isTrue();

    clock.advance(Duration.ofSeconds(1));
    tokens.load();
    assertThat(tokens.isRevoked(token.id())).isFalse();
  }

  private static TokenRequest request(TenantId tenant, Role... roles) {
    return new TokenRequest(Optional.of(tenant), "someone", Set.of(roles), HOUR);
  }

  /** Has no room. */
  private static final class FullTokenStore implements TokenStore {
    @Override
    public Added add(Token token, int max) {
      return new Added.Full();
    }

    @Override
    public Optional<List<Token>> list(
        Optional<TenantId> tenant, Instant now, Optional<TokenPosition> after, int limit) {
      return Optional.empty();
    }

    @Override
    public Optional<Token> revoke(Optional<TenantId> tenant, String id) {
      return Optional.empty();
    }

    @Override
    public Map<String, Instant> revoked() {
      return Map.of();
    }

    @Override
    public Optional<Instant> revoked(String id) {
      return Optional.empty();
    }

    @Override
    public void forget(Instant expired) {}
  }
}
