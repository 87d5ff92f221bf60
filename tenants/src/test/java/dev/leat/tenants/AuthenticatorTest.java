package dev.leat.tenants;

import static dev.leat.tenants.Platform.ACME;
import static dev.leat.tenants.Platform.OPERATOR;
import static dev.leat.tenants.Platform.done;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import dev.leat.contract.ProblemCode;
import dev.leat.tenants.Authentication.Authenticated;
import dev.leat.tenants.Authentication.Refused;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.Seed;
import dev.leat.testkit.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens are forged here with the JDK's own cryptography, signed by the platform's real key. */
final class AuthenticatorTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final TestDatabase database = Platform.DATABASES.h2();
  private final ManualClock clock = new ManualClock();
  private final Platform platform = Platform.start(database, clock);
  private final SigningKeyStore.KeyPair key =
      platform
          .signingKeyStore
          .keepFirst(new SigningKeyStore.KeyPair("unused", "x", "d", Instant.EPOCH))
          .signing();

  private int addresses;

  @BeforeEach
  void createTenant() {
    platform.held(platform.tenants.create(ACME));
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void authenticate_issuedToken_isItsPrincipal() throws ParseException {
    IssuedToken token = platform.issue(ACME, Role.DEVELOPER, Role.INVOKER);
    Authenticated expected =
        new Authenticated(
            new Principal(
                "someone",
                Optional.of(ACME),
                Set.of(Role.DEVELOPER, Role.INVOKER),
                FunctionScope.ALL,
                Optional.empty(),
                token.id(),
                token.expiresAt(),
                Claims.of(SignedJWT.parse(token.jwt()).getJWTClaimsSet())));

    assertThat(authenticate(token.jwt())).isEqualTo(expected);
    assertThat(authenticate(token.jwt())).as("remembered").isEqualTo(expected);
  }

  @Test
  void authenticate_forgedLikeAnIssuedOne_isGood() {
    // The base of all refusals below: only what they change can be why.
    assertThat(authenticate(forge(header(), claims()))).isInstanceOf(Authenticated.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer ", "bearer ", "BEARER ", "bEaReR  "})
  void authenticate_schemeInAnyCase_isGood(String scheme) {
    String jwt = platform.issue(ACME, Role.INVOKER).jwt();

    assertThat(platform.authenticator.authenticate(scheme + jwt, "192.0.2.1"))
        .isInstanceOf(Authenticated.class);
  }

  @Test
  void authenticate_noHeaderOrAnotherScheme_isRefused() {
    String jwt = platform.issue(ACME, Role.INVOKER).jwt();

    for (@Nullable String header :
        new @Nullable String[] {
          null, "", "Bearer", "Bearer ", "Basic " + jwt, jwt, "Bearer" + jwt, "Bearer\t" + jwt
        }) {
      assertRefused(
          platform.authenticator.authenticate(header, "192.0.2.1"), ProblemCode.UNAUTHENTICATED);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".",
        "..",
        "...",
        "a.b.c",
        "a.b",
        "a",
        "é.é.é",
        "a b.c.d",
        "e30.e30.",
        "e30.e30.e30",
        "bnVsbA.bnVsbA.AAAA",
        "W10.W10.AAAA"
      })
  void authenticate_garbage_isRefused(String token) {
    assertRefused(authenticate(token), ProblemCode.UNAUTHENTICATED);
  }

  @Test
  void authenticate_deeplyNestedHeader_isRefused() {
    String nested = "[".repeat(5_000);

    assertRefused(authenticate(encode(nested) + ".e30.AAAA"), ProblemCode.UNAUTHENTICATED);
    assertRefused(
        authenticate(encode("{\"alg\":\"EdDSA\",\"x\":" + nested) + ".e30.AAAA"),
        ProblemCode.UNAUTHENTICATED);
  }

  @Test
  void authenticate_tooLong_isRefusedUnread() {
    String padded = claims("pad", "\"" + "x".repeat(8_000) + "\"");

    Refused refused =
        assertRefused(authenticate(forge(header(), padded)), ProblemCode.UNAUTHENTICATED);

    assertThat(refused.detail()).contains("8192");
  }

  @Test
  void authenticate_unsigned_isRefused() {
    String header = "{\"alg\":\"none\",\"typ\":\"JWT\",\"kid\":\"" + key.id() + "\"}";
    String signed = forge(header(), claims());

    assertRefused(
        authenticate(encode(header) + "." + encode(claims()) + "."), ProblemCode.UNAUTHENTICATED);
    assertRefused(authenticate(forge(header, claims())), ProblemCode.UNAUTHENTICATED);
    assertRefused(
        authenticate(signed.substring(0, signed.lastIndexOf('.') + 1)),
        ProblemCode.UNAUTHENTICATED);
  }

  @Test
  void authenticate_hmacKeyedWithThePublicKey_isRefused() throws Exception {
    String input =
        encode("{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"" + key.id() + "\"}")
            + "."
            + encode(claims());
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(Base64.getUrlDecoder().decode(key.publicKey()), "HmacSHA256"));
    byte[] tag = mac.doFinal(input.getBytes(StandardCharsets.US_ASCII));

    Refused refused =
        assertRefused(authenticate(input + "." + encode(tag)), ProblemCode.UNAUTHENTICATED);

    assertThat(refused.detail()).contains("EdDSA");
  }

  @ParameterizedTest
  @ValueSource(strings = {"HS256", "RS256", "ES256", "PS256", "Ed25519", "eddsa", "", "NONE"})
  void authenticate_anotherAlgorithm_isRefused(String algorithm) {
    assertRefused(
        authenticate(forge(header().replace("EdDSA", algorithm), claims())),
        ProblemCode.UNAUTHENTICATED);
  }

  @Test
  void authenticate_signedByAnotherKey_isRefused() throws Exception {
    KeyPair other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();

    assertRefused(
        authenticate(forge(other.getPrivate(), header(), claims())), ProblemCode.UNAUTHENTICATED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"kid\":\"other\",", "\"kid\":\"\",", "\"kid\":null,", ""})
  void authenticate_unknownKey_isRefused(String kid) {
    String header = "{" + kid + "\"typ\":\"JWT\",\"alg\":\"EdDSA\"}";

    assertRefused(authenticate(forge(header, claims())), ProblemCode.UNAUTHENTICATED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"crit\":[\"unheard-of\"],\"unheard-of\":1",
        "\"crit\":[\"exp\"],\"exp\":1",
        "\"crit\":[\"b64\"],\"b64\":false",
        "\"b64\":false",
        "\"jku\":\"https://attacker.example/jwks.json\"",
        "\"x5u\":\"https://attacker.example/chain.pem\"",
        "\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
      })
  void authenticate_otherHeaderParameters_areRefused(String parameter) {
    String header = header().replace("}", "," + parameter + "}");

    assertRefused(authenticate(forge(header, claims())), ProblemCode.UNAUTHENTICATED);
  }

  /** The last character carries four bits that decode to nothing: one token, sixteen texts. */
  @Test
  void authenticate_signatureInAnotherText_isRefused() {
    String good = platform.issue(ACME, Role.INVOKER).jwt();
    String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int last = digits.indexOf(good.charAt(good.length() - 1));
    assertThat(last % 16).isZero();

    for (int bits = 1; bits < 16; bits++) {
      String other = good.substring(0, good.length() - 1) + digits.charAt(last + bits);
      assertThat(authenticate(other)).as(other).isInstanceOf(Refused.class);
    }
    assertThat(authenticate(good)).isInstanceOf(Authenticated.class);
  }

  @Test
  void authenticate_anyCharacterChanged_isRefused() {
    String good = platform.issue(ACME, Role.INVOKER).jwt();
    assertThat(authenticate(good)).isInstanceOf(Authenticated.class);
    Seed seed = Seed.orElse(20_260_101);
    Random random = seed.random();

    for (int i = 0; i < 300; i++) {
      int at = random.nextInt(good.length());
      char changed = "ABCabc019-_.= \n\0é".charAt(random.nextInt(17));
      if (changed != good.charAt(at)) {
        String bad = good.substring(0, at) + changed + good.substring(at + 1);
        assertThat(authenticate(bad)).as("%s: %s", seed, bad).isInstanceOf(Refused.class);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"iss", "sub", "roles", "jti", "exp"})
  void authenticate_withoutAClaim_isRefused(String claim) {
    assertRefused(authenticate(forge(header(), claims(claim, ""))), ProblemCode.UNAUTHENTICATED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "iss|'elsewhere'",
        "iss|['leat']",
        "sub|null",
        "exp|'soon'",
        "exp|null",
        "exp|{}",
        "nbf|'now'",
        "jti|{}",
        "roles|'developer'",
        "roles|[]",
        "roles|[7]",
        "roles|[null]",
        "roles|['DEVELOPER']",
        "roles|['developer','god']",
        "roles|['operator']",
        "roles|['operator','developer']",
        "functions|null",
        "functions|[]",
        "functions|'mask'",
        "functions|[null]",
        "functions|[7]",
        "functions|['Mask']",
        "functions|['****']",
        "tenant|7",
        "tenant|''",
        "tenant|null",
        "tenant|'Not A Name'",
        "tenant|'nobody'",
        "tenant|['acme']"
      })
  void authenticate_claimOfTheWrongKind_isRefused(String name, String value) {
    String claims = claims(name, value.replace('\'', '"'));

    assertRefused(authenticate(forge(header(), claims)), ProblemCode.UNAUTHENTICATED);
  }

  @Test
  void authenticate_limitedToFunctions_isItsScope() {
    IssuedToken token =
        done(
            platform.tokens.issue(
                OPERATOR,
                new TokenRequest(
                    Optional.of(ACME),
                    "ci",
                    Set.of(Role.INVOKER),
                    List.of("mask", "report-*"),
                    HOUR)));

    for (int i = 0; i < 2; i++) { // verified, then remembered
      assertThat(authenticate(token.jwt()))
          .isInstanceOfSatisfying(
              Authenticated.class,
              good ->
                  assertThat(good.principal().scope())
                      .isEqualTo(FunctionScope.of(List.of("mask", "report-*"))));
    }
  }

  /** Who issues tokens would issue some without the limit. */
  @ParameterizedTest
  @ValueSource(strings = {"[\"tenant-admin\"]", "[\"developer\",\"tenant-admin\"]"})
  void authenticate_adminLimitedToFunctions_isRefused(String roles) {
    Map<String, String> claims = goodClaims();
    claims.put("roles", roles);
    assertThat(authenticate(forge(header(), json(claims)))).isInstanceOf(Authenticated.class);
    claims.put("functions", "[\"mask\"]");

    assertRefused(authenticate(forge(header(), json(claims))), ProblemCode.UNAUTHENTICATED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "-1e300", "-9223372036854775808"})
  void authenticate_expiryOutOfThisWorld_isRefused(String expiry) {
    assertThat(authenticate(forge(header(), claims("exp", expiry)))).isInstanceOf(Refused.class);
  }

  @Test
  void authenticate_withoutATenant_isForOperatorsOnly() {
    String developer = claims("tenant", "");
    String operator = developer.replace("developer", "operator");

    assertRefused(authenticate(forge(header(), developer)), ProblemCode.UNAUTHENTICATED);
    assertThat(authenticate(forge(header(), operator))).isInstanceOf(Authenticated.class);
  }

  @Test
  void authenticate_expired_isRefusedAfterTheSkew() {
    String remembered = platform.issue(ACME, Role.INVOKER).jwt();
    String unseen = platform.issue(ACME, Role.INVOKER).jwt();
    authenticate(remembered);

    clock.advance(HOUR.plusSeconds(29));
    assertThat(authenticate(remembered)).isInstanceOf(Authenticated.class);

    clock.advance(Duration.ofSeconds(1));
    assertRefused(authenticate(remembered), ProblemCode.TOKEN_EXPIRED);
    assertRefused(authenticate(unseen), ProblemCode.TOKEN_EXPIRED);
  }

  @Test
  void authenticate_notYetValid_isRefusedUntilTheSkew() {
    String jwt =
        forge(
            header(),
            claims("nbf", Long.toString(clock.instant().plusSeconds(31).getEpochSecond())));

    assertRefused(authenticate(jwt), ProblemCode.UNAUTHENTICATED);
    clock.advance(Duration.ofSeconds(1));
    assertThat(authenticate(jwt)).isInstanceOf(Authenticated.class);
  }

  @Test
  void authenticate_revoked_isRefusedAtOnceAndAfterARestart() {
    IssuedToken remembered = platform.issue(ACME, Role.INVOKER);
    IssuedToken unseen = platform.issue(ACME, Role.INVOKER);
    IssuedToken untouched = platform.issue(ACME, Role.INVOKER);
    authenticate(remembered.jwt());

    platform.held(platform.tokens.revoke(Optional.of(ACME), remembered.id()));
    platform.held(platform.tokens.revoke(Optional.of(ACME), unseen.id()));

    for (Platform node : new Platform[] {platform, Platform.start(database, clock)}) {
      assertRefused(authenticate(node, remembered.jwt()), ProblemCode.UNAUTHENTICATED);
      assertRefused(authenticate(node, unseen.jwt()), ProblemCode.UNAUTHENTICATED);
      assertThat(authenticate(node, untouched.jwt())).isInstanceOf(Authenticated.class);
    }
  }

  @Test
  void authenticate_ofADeletedTenant_isRefusedEvenWhenTheNameIsTakenAgain() {
    IssuedToken remembered = platform.issue(ACME, Role.TENANT_ADMIN);
    IssuedToken unseen = platform.issue(ACME, Role.TENANT_ADMIN);
    authenticate(remembered.jwt());

    platform.held(platform.tenants.delete(ACME, false));
    assertRefused(authenticate(remembered.jwt()), ProblemCode.UNAUTHENTICATED);
    assertRefused(authenticate(unseen.jwt()), ProblemCode.UNAUTHENTICATED);

    platform.held(platform.tenants.create(ACME));
    for (Platform node : new Platform[] {platform, Platform.start(database, clock)}) {
      assertRefused(authenticate(node, remembered.jwt()), ProblemCode.UNAUTHENTICATED);
      assertRefused(authenticate(node, unseen.jwt()), ProblemCode.UNAUTHENTICATED);
    }
    assertThat(authenticate(platform.issue(ACME, Role.INVOKER).jwt()))
        .isInstanceOf(Authenticated.class);
  }

  @Test
  void authenticate_afterARotation_oldTokensAreGoodUntilTheyExpire() {
    IssuedToken old = platform.issue(ACME, Role.INVOKER);
    IssuedToken unseen = platform.issue(ACME, Role.INVOKER);
    authenticate(old.jwt());
    Platform there = Platform.start(database, clock);

    platform.held(platform.keys.rotate(Optional.empty()));
    there.changes.catchUp();
    IssuedToken fresh = platform.issue(ACME, Role.INVOKER);

    for (Platform node : new Platform[] {platform, there, Platform.start(database, clock)}) {
      for (IssuedToken token : new IssuedToken[] {old, unseen, fresh}) {
        assertThat(authenticate(node, token.jwt())).isInstanceOf(Authenticated.class);
      }
    }
    clock.advance(HOUR.plusSeconds(29));
    assertThat(authenticate(old.jwt())).isInstanceOf(Authenticated.class);
    assertThat(authenticate(there, unseen.jwt())).isInstanceOf(Authenticated.class);
  }

  @Test
  void authenticate_afterARotationWithoutOverlap_onlyNewTokensAreGood() {
    IssuedToken remembered = platform.issue(ACME, Role.INVOKER);
    IssuedToken unseen = platform.issue(ACME, Role.INVOKER);
    authenticate(remembered.jwt());

    platform.held(platform.keys.rotate(Optional.of(Duration.ZERO)));

    assertRefused(authenticate(remembered.jwt()), ProblemCode.UNAUTHENTICATED);
    assertRefused(authenticate(unseen.jwt()), ProblemCode.UNAUTHENTICATED);
    assertThat(authenticate(platform.issue(ACME, Role.INVOKER).jwt()))
        .isInstanceOf(Authenticated.class);
    Platform restarted = Platform.start(database, clock);
    assertRefused(authenticate(restarted, remembered.jwt()), ProblemCode.UNAUTHENTICATED);
  }

  @Test
  void authenticate_theOverlapEnds_alsoForRememberedTokens() {
    IssuedToken remembered = platform.issue(ACME, Role.INVOKER);
    authenticate(remembered.jwt());
    platform.held(platform.keys.rotate(Optional.of(Duration.ofMinutes(1))));

    clock.advance(Duration.ofSeconds(59));
    assertThat(authenticate(remembered.jwt())).isInstanceOf(Authenticated.class);
    clock.advance(Duration.ofSeconds(1));
    assertRefused(authenticate(remembered.jwt()), ProblemCode.UNAUTHENTICATED);
  }

  @Test
  void issue_onANodeThatHasNotHeardOfTheRotation_signsByTheNewKey() throws Exception {
    Platform there = Platform.start(database, clock);
    String second = done(platform.keys.rotate(Optional.empty())).signing().id();

    IssuedToken token = there.issue(ACME, Role.INVOKER);

    assertThat(SignedJWT.parse(token.jwt()).getHeader().getKeyID()).isEqualTo(second);
    assertThat(authenticate(there, token.jwt())).isInstanceOf(Authenticated.class);
  }

  @Test
  void ask_keyThatThisNodeHasNotHeardOf_isLookedForAtOnce() {
    Platform there = Platform.start(database, clock);
    platform.held(platform.keys.rotate(Optional.empty()));
    String fresh = "Bearer " + platform.issue(ACME, Role.INVOKER).jwt();

    assertThat(there.authenticator.authenticate(fresh, "a")).isInstanceOf(Refused.class);
    Authentication.Pending pending = (Authentication.Pending) there.authenticator.ask(fresh, "b");
    assertThat(pending.looked()).isNotCompleted();
    there.looks.remove().run();

    assertThat(pending.looked()).isCompleted();
    assertThat(there.authenticator.authenticate(fresh, "b")).isInstanceOf(Authenticated.class);
  }

  /** Whoever sends them has the store asked twice a second at the most. */
  @Test
  void ask_keysThatDoNotExist_areLookedForOnceInAWhile() {
    for (int i = 0; i < 50; i++) {
      String jwt = forge("{\"kid\":\"k" + i + "\",\"alg\":\"EdDSA\"}", claims());
      assertThat(platform.authenticator.ask("Bearer " + jwt, "address " + i))
          .isInstanceOf(Authentication.Pending.class);
    }
    assertThat(platform.looks).hasSize(1);
    platform.looks.remove().run();
    String another = "Bearer " + forge("{\"kid\":\"x\",\"alg\":\"EdDSA\"}", claims());

    assertRefused(platform.authenticator.ask(another, "other"), ProblemCode.UNAUTHENTICATED);
    assertThat(platform.looks).isEmpty();
    platform.nanoTime.addAndGet(SigningKeys.LOOK_PAUSE.toNanos());
    assertThat(platform.authenticator.ask(another, "other"))
        .isInstanceOf(Authentication.Pending.class);
  }

  /** Every refusal is checked for what it must not repeat. */
  private Refused assertRefused(Authentication authentication, ProblemCode code) {
    assertThat(authentication).isInstanceOf(Refused.class);
    Refused refused = (Refused) authentication;
    assertThat(refused.code()).isEqualTo(code);
    assertThat(refused.detail())
        .endsWith(".")
        .doesNotContain(key.id(), key.publicKey(), key.privateKey(), "eyJ", "someone", "acme");
    return refused;
  }

  private Authentication authenticate(String jwt) {
    return authenticate(platform, jwt);
  }

  /** Each from an address of its own, so that none has sent too many invalid ones. */
  private Authentication authenticate(Platform node, String jwt) {
    return node.authenticator.authenticate("Bearer " + jwt, "address " + addresses++);
  }

  @Test
  void authenticate_tooManyInvalidTokensFromAnAddress_areNotLookedAtForAWhile() {
    String good = platform.issue(ACME, Role.INVOKER).jwt();
    String unseen = platform.issue(ACME, Role.INVOKER).jwt();
    assertThat(from("192.0.2.1", good)).isInstanceOf(Authenticated.class);

    for (int i = 0; i < InvalidTokens.BURST; i++) {
      assertRefused(from("192.0.2.1", good + "x" + i), ProblemCode.UNAUTHENTICATED);
    }

    assertRefused(from("192.0.2.1", good + "y"), ProblemCode.TOO_MANY_INVALID_TOKENS);
    assertRefused(from("192.0.2.1", unseen), ProblemCode.TOO_MANY_INVALID_TOKENS);
    assertThat(from("192.0.2.1", good)).as("remembered").isInstanceOf(Authenticated.class);
    assertThat(from("192.0.2.2", unseen)).as("elsewhere").isInstanceOf(Authenticated.class);
    platform.nanoTime.addAndGet(1_000_000_000 / InvalidTokens.PER_SECOND);
    assertRefused(from("192.0.2.1", good + "y"), ProblemCode.UNAUTHENTICATED);
    assertRefused(from("192.0.2.1", good + "y"), ProblemCode.TOO_MANY_INVALID_TOKENS);
  }

  private Authentication from(String address, String jwt) {
    return platform.authenticator.authenticate("Bearer " + jwt, address);
  }

  @Test
  void isOfThisInstallation_itsTokensInAnyForm_areKnown() throws GeneralSecurityException {
    String jwt = platform.issue(ACME, Role.INVOKER).jwt();
    KeyPair other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    authenticate(jwt);

    for (String header :
        new String[] {
          "Bearer " + jwt,
          "bearer  " + jwt + " ",
          "Token token=\"" + jwt + "\"",
          "Bearer x, Bearer " + jwt,
          "Bearer " + jwt.substring(0, jwt.length() - 4),
          "Bearer " + forge(header(), claims("exp", "1")),
          "Bearer " + forge(other.getPrivate(), header(), claims())
        }) {
      assertThat(platform.authenticator.isOfThisInstallation(header)).as(header).isTrue();
    }
    for (String header :
        new String[] {
          "",
          "Bearer",
          "Bearer null",
          "Bearer x.y.z",
          "Bearer " + encode("null") + ".e30.AAAA",
          "Basic YTpi",
          "Bearer " + forge(other.getPrivate(), "{\"alg\":\"EdDSA\",\"kid\":\"x\"}", claims())
        }) {
      assertThat(platform.authenticator.isOfThisInstallation(header)).as(header).isFalse();
    }
  }

  private String header() {
    return "{\"kid\":\"" + key.id() + "\",\"typ\":\"JWT\",\"alg\":\"EdDSA\"}";
  }

  private String claims() {
    return json(goodClaims());
  }

  /** Good claims but for one: its value as JSON, or nothing to leave it out. */
  private String claims(String name, String value) {
    Map<String, String> claims = goodClaims();
    claims.put(name, value);
    return json(claims);
  }

  private Map<String, String> goodClaims() {
    Map<String, String> claims = new LinkedHashMap<>();
    claims.put("iss", "\"leat\"");
    claims.put("sub", "\"someone\"");
    claims.put("tenant", "\"acme\"");
    claims.put("roles", "[\"developer\"]");
    claims.put("jti", "\"forged\"");
    claims.put("exp", Long.toString(clock.instant().plus(HOUR).getEpochSecond()));
    return claims;
  }

  private static String json(Map<String, String> claims) {
    return claims.entrySet().stream()
        .filter(claim -> !claim.getValue().isEmpty())
        .map(claim -> "\"" + claim.getKey() + "\":" + claim.getValue())
        .collect(Collectors.joining(",", "{", "}"));
  }

  private String forge(String header, String claims) {
    try {
      PrivateKey privateKey =
          KeyFactory.getInstance("Ed25519")
              .generatePrivate(
                  new EdECPrivateKeySpec(
                      NamedParameterSpec.ED25519, Base64.getUrlDecoder().decode(key.privateKey())));
      return forge(privateKey, header, claims);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String forge(PrivateKey privateKey, String header, String claims)
      throws GeneralSecurityException {
    String input = encode(header) + "." + encode(claims);
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(privateKey);
    signature.update(input.getBytes(StandardCharsets.US_ASCII));
    return input + "." + encode(signature.sign());
  }

  private static String encode(String json) {
    return encode(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
