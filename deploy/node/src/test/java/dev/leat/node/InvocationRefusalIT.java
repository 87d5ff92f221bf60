package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.Eventually;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that are not answered by a function, each with its status, code and source. */
class InvocationRefusalIT {
  private static final String NO_TOKEN = "401 unauthenticated gateway";
  private static final String NO_FUNCTION = "404 function-not-found gateway";

  @TempDir private static Path directory;
  private static RunningNode node;
  private static Workshop acme;
  private static Workshop other;

  @BeforeAll
  static void start() {
    node = RunningNode.start(directory);
    acme = node.workshop("acme");
    other = node.workshop("other");
    acme.deploy("echo", Guests.echo(), "  limits: {request: 100Ki}\n");
    other.deploy("echo", Guests.echo(), "");
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @AfterEach
  void nothingIsHeld() {
    node.assertNothingHeld();
  }

  @Test
  void call_withoutToken_is401() {
    Answered answered = acme.call("POST", "echo").body("x").send();

    assertThat(answered.problem()).isEqualTo(NO_TOKEN);
    assertThat(answered.header("www-authenticate")).isEqualTo("Bearer");
  }

  @Test
  void call_malformedCredentials_is401() {
    assertThat(
            Stream.of("", "Bearer", "Bearer ", "Basic YTpi", "Bearer x.y.z", "bearer null", "x")
                .map(value ->
                    acme.call("GET", "echo").field("Authorization", value).send().problem()))
        .containsOnly(NO_TOKEN);
  }

  @Test
  void call_tokenThatIsNotSignedByThePlatform_is401() throws ParseException, JOSEException {
    String good = acme.token("invoker");
    SignedJWT parsed = SignedJWT.parse(good);
    JWTClaimsSet claims = parsed.getJWTClaimsSet();
    String kid = parsed.getHeader().getKeyID();
    SignedJWT symmetric =
        new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(kid).build(), claims);
    symmetric.sign(new MACSigner(new byte[32]));
    OctetKeyPair own = RunningNode.newKey();
    SignedJWT selfSigned =
        new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.EdDSA).keyID(kid).build(), claims);
    selfSigned.sign(new Ed25519Signer(own));
    String unsigned = new PlainJWT(claims).serialize();
    String cut = good.substring(0, good.lastIndexOf('.') + 1);

    assertThat(acme.call("GET", "echo").token(good).send().status()).isEqualTo(200);
    assertThat(
            Stream.of(symmetric.serialize(), selfSigned.serialize(), unsigned, cut)
                .map(token -> acme.call("GET", "echo").token(token).send().problem()))
        .containsOnly(NO_TOKEN);
  }

  @Test
  void call_revokedToken_is401() throws ParseException {
    String token = acme.token("invoker");
    assertThat(acme.call("GET", "echo").token(token).send().status()).isEqualTo(200);
    String id = SignedJWT.parse(token).getJWTClaimsSet().getJWTID();

    node.request("DELETE", acme.path("/tokens/" + id)).operator().send();

    assertThat(acme.call("GET", "echo").token(token).send().problem()).isEqualTo(NO_TOKEN);
  }

  @Test
  void call_tokenOfDeletedTenant_is401() {
    Workshop gone = node.workshop("gone");
    gone.deploy("echo", Guests.echo(), "");
    gone.deployPublic("open", Guests.echo());
    String token = gone.token("invoker");
    assertThat(gone.call("GET", "echo").token(token).send().status()).isEqualTo(200);
    assertThat(gone.call("GET", "open").send().status()).isEqualTo(200);

    node.request("DELETE", "/v1/tenants/gone?force=true").operator().send();

    assertThat(gone.call("GET", "echo").token(token).send().problem()).isEqualTo(NO_TOKEN);
    assertThat(gone.call("GET", "open").send().problem()).isEqualTo(NO_TOKEN);
    assertThat(gone.call("GET", "open").operator().send().problem()).isEqualTo(NO_FUNCTION);
  }

  @Test
  void tenant_madeAgainUnderItsName_hasNothingOfTheFormerOne() {
    Workshop former = node.workshop("again");
    former.deployPublic("echo", Guests.echo());
    String token = former.token("developer");
    node.request("DELETE", "/v1/tenants/again?force=true").operator().send();

    Workshop later = node.workshop("again");

    assertThat(later.call("GET", "echo").token(token).send().problem()).isEqualTo(NO_TOKEN);
    assertThat(later.call("GET", "echo").operator().send().problem()).isEqualTo(NO_FUNCTION);
    assertThat(items(later.path("/modules"))).isZero();
    assertThat(items(later.path("/functions"))).isZero();
    assertThat(items(later.path("/keys"))).isOne();
    assertThat(items(later.path("/tokens"))).isZero();
  }

  private static int items(String path) {
    return node.request("GET", path).operator().send().json().path("items").size();
  }

  @Test
  void call_functionOfAnotherTenant_is404() {
    String token = acme.token("invoker");

    assertThat(other.call("GET", "echo").token(token).send().problem()).isEqualTo(NO_FUNCTION);
    assertThat(other.call("GET", "nothing").token(token).send().problem()).isEqualTo(NO_FUNCTION);
  }

  @Test
  void call_nameThatExistsNowhere_is404() {
    assertThat(
            Stream.of(
                    "/f/acme/nothing",
                    "/f/acme/echo:v9",
                    "/f/acme/echo:",
                    "/f/acme/echo:V1",
                    "/f/acme/echo:v01",
                    "/f/acme/echo:v1:v1",
                    "/f/acme/echo:v99999999999",
                    "/f/acme//echo",
                    "/f/acme/ECHO",
                    "/f/acme/%65cho",
                    "/f/acme/echo%2Fx",
                    "/f/acme/echo;x",
                    "/f/acme/../acme/echo",
                    "/f/acme/",
                    "/f/acme",
                    "/f/",
                    "/f//echo",
                    "/f/no-such-tenant/echo",
                    "/f/NO/echo")
                .filter(path ->
                    !node.request("GET", path).operator().send().problem().equals(NO_FUNCTION)))
        .isEmpty();
  }

  @Test
  void call_bodyOverTheLimit_is413() {
    String token = acme.token("invoker");
    byte[] body = new byte[100 * 1024 + 1];

    assertThat(acme.call("POST", "echo").token(token).body(body).send().problem())
        .isEqualTo("413 body-too-large gateway");
    assertThat(acme.call("POST", "echo").token(token).body(new byte[100 * 1024]).send().status())
        .isEqualTo(200);
  }

  @Test
  void call_bodyFarOverTheLimit_is413() {
    String token = acme.token("invoker");

    assertThat(acme.call("POST", "echo").token(token).body(new byte[20 << 20]).send().problem())
        .isEqualTo("413 body-too-large gateway");
  }

  @Test
  void call_chunkedBodyOverTheLimit_is413() {
    String chunk = "8000\r\n" + "x".repeat(0x8000) + "\r\n";
    try (RawConnection connection = new RawConnection(node.port())) {
      connection.send(
          "POST /f/acme/echo HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
              + acme.token("invoker")
              + "\r\nTransfer-Encoding: chunked\r\n\r\n"
              + chunk.repeat(4));

      assertThat(connection.readHead())
          .startsWith("HTTP/1.1 413 ")
          .containsIgnoringCase("leat-error-source: gateway")
          .containsIgnoringCase("connection: close");
      connection.send("0\r\n\r\n");
      assertThat(connection.readAll()).contains("body-too-large");
    }
  }

  @Test
  void call_guestThatDoesNotAnswer_saysWhy() {
    Map<String, byte[]> guests =
        Map.of(
            "trapping", Guests.trapping(),
            "recursing", Guests.recursing(),
            "outside", Guests.pointingOutside(),
            "growing", Guests.growing(),
            "failing", Guests.failing(),
            "talkative", Guests.talkative(1_100_000));
    guests.forEach(acme::deployPublic);

    assertThat(problem("trapping")).isEqualTo("502 function-trapped worker");
    assertThat(problem("recursing")).isEqualTo("502 stack-exhausted worker");
    assertThat(problem("outside")).isEqualTo("502 function-trapped worker");
    assertThat(problem("growing")).isEqualTo("502 memory-exceeded worker");
    assertThat(problem("failing")).isEqualTo("502 function-failed worker");
    assertThat(problem("talkative")).isEqualTo("502 response-too-large worker");
  }

  private static String problem(String function) {
    return acme.call("POST", function).body("x").send().problem();
  }

  @Test
  void call_endlessLoop_is504AndFreesItsThread() {
    acme.deploy(
        "endless",
        Guests.spinning(),
        "  route: {auth: public}\n  limits: {timeout: 200ms, fuel: 9000000000000000000}\n");

    for (int i = 0; i < 3; i++) {
      Answered answered = acme.call("GET", "endless").send();
      assertThat(answered.problem()).isEqualTo("504 function-timeout worker");
      assertThat(answered.json().path("retryable").asBoolean()).isTrue();
    }

    Eventually.holds(
        "the guest threads are free",
        () ->
            Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getName().startsWith("guest-"))
                .allMatch(thread -> thread.getKey().getState() == Thread.State.WAITING));
  }

  @Test
  void call_guestWithoutFuelLeft_is502() {
    acme.deploy(
        "thirsty", Guests.spinning(), "  route: {auth: public}\n  limits: {fuel: 100000}\n");

    Answered answered = acme.call("GET", "thirsty").send();

    assertThat(answered.problem()).isEqualTo("502 fuel-exhausted worker");
    assertThat(Long.parseLong(answered.header("leat-fuel"))).isGreaterThanOrEqualTo(100_000);
  }

  @Test
  void call_methodThatTheRouteDoesNotName_is405() {
    acme.deploy("picky", Guests.echo(), "  route: {auth: public, methods: [GET, PUT]}\n");

    Answered answered = acme.call("POST", "picky").body("x").send();

    assertThat(answered.problem()).isEqualTo("405 method-not-allowed gateway");
    assertThat(answered.header("allow").split(", ", -1)).containsExactlyInAnyOrder("GET", "PUT");
  }
}
