package dev.leat.tenants;

import static dev.leat.tenants.Platform.ACME;
import static dev.leat.tenants.Platform.OTHER;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.tenants.Authentication.Authenticated;
import dev.leat.tenants.Authentication.Pending;
import dev.leat.tenants.Authentication.Refused;
import dev.leat.tenants.Issuer.RoleRule;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.TestDatabase;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of a provider whose keys the test has, so that each attack is as good as it can be. */
final class OutsideTokensTest {
  private static final RSAKey RSA = rsa("rsa", 2_048);
  private static final ECKey EC = ec();
  private static final OctetKeyPair ED = ed();

  private final TestDatabase database = Platform.DATABASES.h2();
  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-31T12:00:00Z"));
  private final Platform platform = Platform.start(database, clock);
  private final Provider provider = new Provider();
  private int addresses;

  @BeforeEach
  void takeItsTokens() {
    platform.held(platform.tenants.create(ACME));
    platform.held(platform.tenants.create(OTHER));
    provider.has(RSA.toPublicJWK(), EC.toPublicJWK(), ED.toPublicJWK());
    take(platform, ACME, "corp", "leat-acme");
  }

  @AfterEach
  void close() {
    platform.jwks.close();
    provider.close();
    database.close();
  }

  private void take(Platform node, TenantId tenant, String name, String audience) {
    node.held(
        node.issuers.add(
            tenant,
            name,
            provider.url(),
            provider.url() + "/jwks",
            audience,
            List.of(
                new RoleRule("groups", "staff", Role.DEVELOPER),
                new RoleRule("realm_access.roles", "boss", Role.TENANT_ADMIN),
                new RoleRule("https://x/role", "call", Role.INVOKER),
                new RoleRule("scope", "leat.call", Role.INVOKER))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "PS256", "ES256", "EdDSA"})
  void authenticate_signedByTheIssuer_isItsPrincipal(String algorithm) {
    JWTClaimsSet claims = claims();
    String token = sign(JWSAlgorithm.parse(algorithm), claims);

    for (int i = 0; i < 2; i++) { // verified, then remembered
      assertThat(authenticate(token))
          .isEqualTo(
              new Authenticated(
                  new Principal(
                      "alice",
                      Optional.of(ACME),
                      Set.of(Role.DEVELOPER),
                      FunctionScope.ALL,
                      Optional.of("corp"),
                      "t-1",
                      clock.instant().plus(Duration.ofHours(1)),
                      Claims.of(claims))));
    }
  }

  @Test
  void authenticate_rolesAreGivenByClaims() {
    JWTClaimsSet nested =
        with(claims -> claims.claim("realm_access", Map.of("roles", List.of("x", "boss"))));
    JWTClaimsSet byName =
        with(claims -> claims.claim("groups", "nobody").claim("https://x/role", "call"));
    JWTClaimsSet scope =
        with(claims -> claims.claim("groups", null).claim("scope", "openid leat.call"));

    assertThat(roles(nested)).containsExactlyInAnyOrder(Role.DEVELOPER, Role.TENANT_ADMIN);
    assertThat(roles(byName)).containsExactly(Role.INVOKER);
    assertThat(roles(scope)).containsExactly(Role.INVOKER);
  }

  private Set<Role> roles(JWTClaimsSet claims) {
    return ((Authenticated) authenticate(sign(JWSAlgorithm.RS256, claims))).principal().roles();
  }

  @Test
  void authenticate_noRoleOrAClaimOfAnotherKind_isRefused() {
    for (Object groups : new Object[] {"staffx", List.of(), 7, true, Map.of("staff", 1), "Staff"}) {
      assertRefused(sign(JWSAlgorithm.RS256, with(claims -> claims.claim("groups", groups))));
    }
    // A tenant's issuer makes nobody an operator, whatever its tokens say.
    assertRefused(
        sign(
            JWSAlgorithm.RS256,
            with(claims -> claims.claim("groups", null).claim("roles", List.of("operator")))));
  }

  @Test
  void authenticate_unsignedOrSignedWithTheSharedSecretThatIsNone_isRefused() throws Exception {
    String none = "{\"alg\":\"none\",\"kid\":\"rsa\"}";
    String payload = claims().toPayload().toBase64URL().toString();
    assertRefused(Base64URL.encode(none) + "." + payload + ".");
    assertRefused(Base64URL.encode(none) + "." + payload + ".AAAA");

    for (byte[] secret :
        new byte[][] {
          RSA.toRSAPublicKey().getEncoded(),
          RSA.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8),
          RSA.getModulus().decode()
        }) {
      for (String kid : new String[] {"rsa", "ec", "ed"}) {
        assertRefused(
            sign(header(JWSAlgorithm.HS256, kid).build(), claims(), new MACSigner(secret)));
      }
    }
  }

  @Test
  void authenticate_byAnotherKey_isRefused() throws Exception {
    RSAKey attackers = rsa("rsa", 2_048);

    assertRefused(
        sign(header(JWSAlgorithm.RS256, "rsa").build(), claims(), new RSASSASigner(attackers)));
    // The key of one kind, named by a token of another.
    assertRefused(sign(header(JWSAlgorithm.RS256, "ec").build(), claims(), new RSASSASigner(RSA)));
    assertRefused(sign(header(JWSAlgorithm.ES256, "rsa").build(), claims(), new ECDSASigner(EC)));
    String good = sign(JWSAlgorithm.RS256, claims());
    assertRefused(good.substring(0, good.lastIndexOf('.') + 1));
    assertRefused(good.substring(0, good.length() - 20));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "none",
        "../jwks",
        "rsa' OR '1'='1",
        "rsa\u0000",
        "/dev/null",
        "http://127.0.0.1/key"
      })
  void authenticate_keyIdThatIsNone_isRefused(String kid) throws Exception {
    String token = sign(header(JWSAlgorithm.RS256, kid).build(), claims(), new RSASSASigner(RSA));

    assertRefused(token);
    assertThat(provider.asked.get()).as("at its own address alone").isLessThanOrEqualTo(1);
  }

  @Test
  void authenticate_headerWithKeysOfItsOwn_isRefused() throws Exception {
    RSAKey attackers = rsa("theirs", 2_048);
    try (Provider elsewhere = new Provider()) {
      elsewhere.has(attackers.toPublicJWK());
      URI uri = URI.create(elsewhere.url());
      for (JWSHeader.Builder header :
          List.of(
              header(JWSAlgorithm.RS256, "theirs").jwkURL(uri),
              header(JWSAlgorithm.RS256, "theirs").x509CertURL(uri),
              header(JWSAlgorithm.RS256, "theirs").jwk(attackers.toPublicJWK()),
              header(JWSAlgorithm.RS256, "rsa").criticalParams(Set.of("exp")),
              header(JWSAlgorithm.RS256, "rsa").customParam("exp", 1))) {
        for (RSAKey key : List.of(attackers, RSA)) {
          assertRefused(sign(header.build(), claims(), new RSASSASigner(key)));
        }
      }
      assertThat(elsewhere.asked).hasValue(0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"logout+jwt", "dpop+jwt", "secevent+jwt", "JOSE"})
  void authenticate_tokenForSomethingElse_isRefused(String type) throws Exception {
    assertRefused(
        sign(
            header(JWSAlgorithm.RS256, "rsa").type(new JOSEObjectType(type)).build(),
            claims(),
            new RSASSASigner(RSA)));
  }

  @Test
  void authenticate_oversize_isRefusedUnread() {
    assertRefused(sign(JWSAlgorithm.RS256, with(claims -> claims.claim("pad", "x".repeat(8_000)))));
    assertThat(provider.asked).hasValue(0);
  }

  @Test
  void authenticate_outOfItsTime_isRefusedButForTheLeeway() {
    String token = sign(JWSAlgorithm.RS256, claims());
    String notYet = sign(JWSAlgorithm.RS256, with(claims -> claims.notBeforeTime(in(61))));
    String fromTheFuture = sign(JWSAlgorithm.RS256, with(claims -> claims.issueTime(in(61))));
    assertRefused(notYet);
    assertRefused(fromTheFuture);
    assertThat(authenticate(token)).isInstanceOf(Authenticated.class);

    clock.advance(Duration.ofSeconds(1));
    assertThat(authenticate(notYet)).isInstanceOf(Authenticated.class);
    assertThat(authenticate(fromTheFuture)).isInstanceOf(Authenticated.class);

    clock.advance(Duration.ofHours(1).plusSeconds(58));
    assertThat(authenticate(token)).isInstanceOf(Authenticated.class);
    clock.advance(Duration.ofSeconds(1));
    assertThat(authenticate(token))
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> assertThat(refused.code()).isEqualTo(ProblemCode.TOKEN_EXPIRED));
    assertThat(
            authenticate(sign(JWSAlgorithm.RS256, with(claims -> claims.expirationTime(in(-60))))))
        .isInstanceOf(Refused.class);
  }

  private Date in(int seconds) {
    return Date.from(clock.instant().plusSeconds(seconds));
  }

  @Test
  void authenticate_withoutARequiredClaim_isRefused() {
    for (String claim : new String[] {"sub", "exp", "iat", "aud", "iss"}) {
      assertRefused(sign(JWSAlgorithm.RS256, with(claims -> claims.claim(claim, null))));
    }
    assertRefused(sign(JWSAlgorithm.RS256, with(claims -> claims.subject("a\nb"))));
    assertRefused(sign(JWSAlgorithm.RS256, with(claims -> claims.subject("x".repeat(201)))));
  }

  @Test
  void authenticate_ofAnotherIssuerOrForAnotherAudience_isRefused() {
    for (String issuer :
        new String[] {
          provider.url() + "/",
          provider.url().toUpperCase(java.util.Locale.ROOT),
          "leat",
          "https://elsewhere.example"
        }) {
      assertRefused(sign(JWSAlgorithm.RS256, with(claims -> claims.issuer(issuer))));
    }
    for (List<String> audience :
        List.of(List.of("leat-other"), List.of("leat-acme2"), List.of(""))) {
      assertRefused(sign(JWSAlgorithm.RS256, with(claims -> claims.audience(audience))));
    }
    assertThat(
            authenticate(
                sign(
                    JWSAlgorithm.RS256,
                    with(claims -> claims.audience(List.of("account", "leat-acme"))))))
        .isInstanceOf(Authenticated.class);
  }

  /** One provider for two tenants: the audience says whose, and both at once are nobody's. */
  @Test
  void authenticate_issuerOfTwoTenants_isOfTheOneWhoseAudienceItNames() {
    take(platform, OTHER, "corp", "leat-other");

    assertThat(tenant(List.of("leat-acme"))).contains(ACME);
    assertThat(tenant(List.of("leat-other"))).contains(OTHER);
    assertRefused(
        sign(
            JWSAlgorithm.RS256,
            with(claims -> claims.audience(List.of("leat-acme", "leat-other")))));
  }

  private Optional<TenantId> tenant(List<String> audience) {
    String token = sign(JWSAlgorithm.RS256, with(claims -> claims.audience(audience)));
    return ((Authenticated) authenticate(token)).principal().tenant();
  }

  /** Whoever lies about keys lies for his own tenant alone. */
  @Test
  void authenticate_keysOfAnothersRegistrationOfTheSameIssuer_areNotUsed() throws Exception {
    RSAKey liars = rsa("rsa", 2_048);
    try (Provider lying = new Provider()) {
      lying.has(liars.toPublicJWK());
      platform.held(
          platform.issuers.add(
              OTHER,
              "liar",
              provider.url(),
              lying.url(),
              "leat-other",
              List.of(new RoleRule("groups", "staff", Role.TENANT_ADMIN))));
      JWSHeader header = header(JWSAlgorithm.RS256, "rsa").build();

      assertRefused(sign(header, claims(), new RSASSASigner(liars)));
      String own =
          sign(header, with(claims -> claims.audience("leat-other")), new RSASSASigner(liars));
      assertThat(((Authenticated) authenticate(own)).principal().tenant()).contains(OTHER);
    }
  }

  @Test
  void remove_holdsAtOnceForRememberedTokens_onEveryNode() {
    Platform there = Platform.start(database, clock);
    String token = sign(JWSAlgorithm.RS256, claims());
    assertThat(authenticate(token)).isInstanceOf(Authenticated.class);
    assertThat(authenticate(there, token)).isInstanceOf(Authenticated.class);

    platform.held(platform.issuers.remove(ACME, "corp"));
    there.changes.catchUp();

    assertThat(authenticate(token)).isInstanceOf(Refused.class);
    assertThat(authenticate(there, token)).isInstanceOf(Refused.class);
    there.jwks.close();
  }

  @Test
  void delete_ofTheTenant_takesItsIssuersWithIt() {
    String token = sign(JWSAlgorithm.RS256, claims());
    assertThat(authenticate(token)).isInstanceOf(Authenticated.class);

    platform.held(platform.tenants.delete(ACME, false));
    assertThat(authenticate(token)).isInstanceOf(Refused.class);
    platform.held(platform.tenants.create(ACME));

    assertThat(authenticate(token)).isInstanceOf(Refused.class);
    assertThat(platform.issuers.list(ACME)).isEmpty();
    take(platform, OTHER, "corp", "leat-acme");
  }

  @Test
  void isOfThisInstallation_whatATenantTakes_isHiddenFromFunctions() {
    assertThat(
            platform.authenticator.isOfThisInstallation(
                "x Bearer " + sign(JWSAlgorithm.RS256, claims())))
        .isTrue();
    assertThat(
            platform.authenticator.isOfThisInstallation(
                "Bearer " + sign(JWSAlgorithm.RS256, with(claims -> claims.audience("shop")))))
        .isFalse();
  }

  @Test
  void keys_newOne_isFetchedWhenATokenNamesIt_notMoreOftenThanThePause() {
    assertThat(authenticate(sign(JWSAlgorithm.RS256, claims()))).isInstanceOf(Authenticated.class);
    RSAKey next = rsa("next", 2_048);
    provider.has(RSA.toPublicJWK(), next.toPublicJWK());
    String token = sign(next, JWSAlgorithm.RS256, claims());
    assertRefused(token);
    assertThat(provider.asked).as("it was just asked").hasValue(1);

    platform.nanoTime.addAndGet(IssuerKeys.FETCH_PAUSE.toNanos());
    assertThat(authenticate(token)).isInstanceOf(Authenticated.class);
    assertThat(provider.asked).hasValue(2);
  }

  @Test
  void keys_old_areFetchedInTheBackground_andOneThatIsGoneIsTrustedNoMore() {
    String token = sign(JWSAlgorithm.RS256, claims());
    String other = sign(JWSAlgorithm.ES256, claims());
    assertThat(authenticate(token)).isInstanceOf(Authenticated.class);
    assertThat(authenticate(other)).isInstanceOf(Authenticated.class);
    provider.has(EC.toPublicJWK());

    platform.nanoTime.addAndGet(IssuerKeys.REFRESH_EVERY.toNanos() + 1);
    assertThat(platform.authenticator.ask("Bearer " + token, "x"))
        .as("nobody waits for it")
        .isInstanceOf(Authenticated.class);
    platform.looks.remove().run();

    assertThat(authenticate(token)).isInstanceOf(Refused.class);
    assertThat(authenticate(other)).as("one that stays").isInstanceOf(Authenticated.class);
  }

  /** Down, lying, huge, elsewhere: what is known goes on. */
  @Test
  void keys_endpointThatIsOfNoUse_leavesThoseThatAreThere() {
    String token = sign(JWSAlgorithm.RS256, claims());
    assertThat(authenticate(token)).isInstanceOf(Authenticated.class);
    String set = "{\"keys\":[" + RSA.toPublicJWK().toJSONString();
    List<Provider.Answering> answers =
        List.of(
            exchange -> Provider.answer(exchange, 500, "{}"),
            exchange -> Provider.answer(exchange, 200, ""),
            exchange -> Provider.answer(exchange, 200, "<html>"),
            exchange -> Provider.answer(exchange, 200, "[".repeat(100_000)),
            exchange -> Provider.answer(exchange, 200, "{\"keys\":" + "[".repeat(200_000)),
            exchange -> Provider.answer(exchange, 200, "{\"keys\":[]}"),
            exchange -> Provider.answer(exchange, 200, "{\"keys\":[null,{},{\"kty\":\"oct\"}]}"),
            exchange ->
                Provider.answer(
                    exchange, 200, set + "],\"pad\":\"" + "x".repeat(JwksFetch.BYTES_MAX) + "\"}"),
            exchange -> {
              exchange.getResponseHeaders().add("Location", "http://127.0.0.1:1/jwks");
              Provider.answer(exchange, 302, "");
            },
            com.sun.net.httpserver.HttpExchange::close);

    for (Provider.Answering answer : answers) {
      provider.does(answer);
      int asked = provider.asked.get();
      platform.nanoTime.addAndGet(IssuerKeys.REFRESH_EVERY.toNanos() + 1);
      assertThat(authenticate(token)).isInstanceOf(Authenticated.class);
      platform.looks.remove().run();
      assertThat(provider.asked.get()).isGreaterThan(asked);
      assertThat(authenticate(token)).isInstanceOf(Authenticated.class);
      platform.looks.clear();
    }
    provider.close();
    platform.nanoTime.addAndGet(IssuerKeys.REFRESH_EVERY.toNanos() + 1);
    authenticate(token);
    platform.looks.remove().run();
    assertThat(authenticate(token)).isInstanceOf(Authenticated.class);
  }

  /** A long key would make each token of its a load of its own; a private one is no business. */
  @Test
  void keys_thatMayNotBeUsed_areNotUsed() throws Exception {
    RSAKey small = new RSAKey.Builder(rsa("small", 2_048)).keyUse(KeyUse.ENCRYPTION).build();
    RSAKey oddExponent =
        new RSAKey.Builder(RSA.getModulus(), Base64URL.encode(new byte[] {1, 0, 0, 0, 0, 1}))
            .keyID("odd")
            .build();
    provider.has(small.toPublicJWK(), oddExponent, EC.toPublicJWK());

    assertRefused(sign(small, JWSAlgorithm.RS256, claims()));
    assertRefused(sign(header(JWSAlgorithm.RS256, "odd").build(), claims(), new RSASSASigner(RSA)));
    assertThat(authenticate(sign(JWSAlgorithm.ES256, claims()))).isInstanceOf(Authenticated.class);
  }

  private void assertRefused(String token) {
    assertThat(authenticate(token))
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.code())
                  .isIn(ProblemCode.UNAUTHENTICATED, ProblemCode.TOKEN_EXPIRED);
              assertThat(refused.detail()).endsWith(".").doesNotContain("alice", "eyJ", "acme");
            });
  }

  private Authentication authenticate(String token) {
    return authenticate(platform, token);
  }

  /** As the gateway asks: what is looked for is waited for, once. */
  private Authentication authenticate(Platform node, String token) {
    String address = "address " + addresses++;
    Authentication asked = node.authenticator.ask("Bearer " + token, address);
    if (asked instanceof Pending) {
      while (!node.looks.isEmpty()) {
        node.looks.remove().run();
      }
      return node.authenticator.authenticate("Bearer " + token, address);
    }
    return asked;
  }

  private JWTClaimsSet claims() {
    return with(claims -> {});
  }

  private JWTClaimsSet with(Consumer<JWTClaimsSet.Builder> change) {
    JWTClaimsSet.Builder claims =
        new JWTClaimsSet.Builder()
            .issuer(provider.url())
            .subject("alice")
            .audience("leat-acme")
            .issueTime(Date.from(clock.instant()))
            .expirationTime(Date.from(clock.instant().plus(Duration.ofHours(1))))
            .jwtID("t-1")
            .claim("groups", List.of("all", "staff"));
    change.accept(claims);
    return claims.build();
  }

  private static JWSHeader.Builder header(JWSAlgorithm algorithm, String kid) {
    return new JWSHeader.Builder(algorithm).keyID(kid).type(JOSEObjectType.JWT);
  }

  private static String sign(JWSAlgorithm algorithm, JWTClaimsSet claims) {
    JWK key =
        algorithm.equals(JWSAlgorithm.ES256) ? EC : algorithm.equals(JWSAlgorithm.EdDSA) ? ED : RSA;
    return sign(key, algorithm, claims);
  }

  private static String sign(JWK key, JWSAlgorithm algorithm, JWTClaimsSet claims) {
    try {
      JWSSigner signer =
          switch (key) {
            case RSAKey rsa -> new RSASSASigner(rsa);
            case ECKey ec -> new ECDSASigner(ec);
            case OctetKeyPair ed -> new Ed25519Signer(ed);
            default -> throw new IllegalArgumentException(key.toString());
          };
      return sign(header(algorithm, key.getKeyID()).build(), claims, signer);
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  private static String sign(JWSHeader header, JWTClaimsSet claims, JWSSigner signer) {
    try {
      SignedJWT jwt = new SignedJWT(header, claims);
      jwt.sign(signer);
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  private static RSAKey rsa(String kid, int bits) {
    try {
      return new RSAKeyGenerator(bits).keyID(kid).generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  private static ECKey ec() {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  private static OctetKeyPair ed() {
    try {
      return new OctetKeyPairGenerator(Curve.Ed25519).keyID("ed").generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }
}
