package dev.leat.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Invocation;
import dev.leat.contract.Origin;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.tenants.Role;
import dev.leat.testkit.Eventually;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Walk one over real connections: what each step refuses, and that all is given back. */
@Timeout(60)
class InvocationStepsTest {
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private static GatewayUnderTest node;

  @BeforeAll
  static void start() {
    node = GatewayUnderTest.start();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @BeforeEach
  void script() {
    node.functions.invoked.clear();
    node.functions.script = call -> ScriptedFunctions.saying("hello");
  }

  @AfterEach
  void nothingIsHeld() {
    Eventually.holds("nothing is held", () -> node.bodies.held() == 0);
  }

  @Test
  void call_ofAPublicFunction_isAnsweredAndNamed() {
    Received received =
        node.request(
            "POST",
            "/f/acme/open/rest?a=1",
            Map.of("X-Request-Id", "mine", "traceparent", TRACE),
            "body");

    assertThat(received.status()).isEqualTo(200);
    assertThat(received.body()).isEqualTo("hello");
    assertThat(received.field("x-request-id")).isEqualTo("mine");
    assertThat(received.field("traceparent"))
        .startsWith(TRACE.substring(0, 36))
        .isNotEqualTo(TRACE);
    assertThat(received.field("leat-function-version")).isEqualTo("v1");
    Invocation invocation = node.functions.invoked.getFirst();
    HttpCall call = (HttpCall) invocation.input();
    assertThat(invocation.id()).isEqualTo("mine");
    assertThat(call.path()).isEqualTo("/rest");
    assertThat(call.query()).isEqualTo("a=1");
    assertThat(new String(call.body(), StandardCharsets.UTF_8)).isEqualTo("body");
    assertThat(call.headers().first("traceparent")).isEqualTo(received.field("traceparent"));
    assertThat(invocation.origin().caller()).isNull();
  }

  @Test
  void call_withAToken_saysWhoCalls_andHidesTheToken() {
    Received received =
        withToken("/f/acme/closed", node.token(GatewayUnderTest.ACME, Role.INVOKER));

    assertThat(received.status()).isEqualTo(200);
    Invocation invocation = node.functions.invoked.getFirst();
    Origin origin = invocation.origin();
    assertThat(origin.caller()).isEqualTo("someone");
    assertThat(origin.tenant()).isEqualTo(GatewayUnderTest.ACME);
    assertThat(((HttpCall) invocation.input()).headers().first("authorization")).isNull();
  }

  private static Received withToken(String path, String token) {
    return node.request("GET", path, Map.of("Authorization", "Bearer " + token), "");
  }

  @Test
  void call_ofAFunctionThatRequiresClaims_isForTokensThatHaveThem() {
    String invoker = node.token(GatewayUnderTest.ACME, Role.INVOKER);

    Received refused = withToken("/f/acme/known", invoker);

    assertThat(withToken("/f/acme/known:v1", invoker).status()).isEqualTo(200);
    assertThat(refused.problem()).isEqualTo("403 claims-not-met");
    assertThat(refused.body()).as("what would be enough").doesNotContain("nobody", "sub\"");
    assertThat(withToken("/f/acme/known", node.operator()).problem())
        .as("whoever it is")
        .isEqualTo("403 claims-not-met");
    assertThat(node.get("/f/acme/known:v1").problem()).isEqualTo("401 unauthenticated");
    assertThat(withToken("/f/acme/known:v9", invoker).problem())
        .as("decided by the newest")
        .isEqualTo("403 claims-not-met");
    assertThat(node.functions.invoked).hasSize(1);
  }

  /** Whoever may not know gets the same answer whether there is a function or not. */
  @ParameterizedTest
  @ValueSource(strings = {"/f/acme/closed", "/f/acme/none", "/f/none/none", "/f/acme", "/f/NO/x"})
  void call_withoutToken_tellsNothingOfWhatExists(String path) {
    assertThat(node.get(path).problem()).isEqualTo("401 unauthenticated");
  }

  @Test
  void call_ofAnotherTenantsFunction_isAsOfNone() {
    String foreign = node.token(GatewayUnderTest.OTHER, Role.TENANT_ADMIN);

    assertThat(withToken("/f/acme/closed", foreign).problem())
        .isEqualTo(withToken("/f/acme/none", foreign).problem())
        .isEqualTo("404 function-not-found");
    String own = node.token(GatewayUnderTest.ACME, Role.INVOKER);
    assertThat(withToken("/f/acme/none", own).problem()).isEqualTo("404 function-not-found");
    assertThat(withToken("/f/acme/closed:v9", own).problem()).isEqualTo("404 function-not-found");
  }

  /** What another node did, this one finds by looking when it meets the new key. */
  @Test
  void call_withAKeyThatThisNodeHasNotHeardOf_waitsForTheLook() {
    String fresh = node.tokenOfAKeyMadeElsewhere(GatewayUnderTest.ACME, Role.INVOKER);

    Received received =
        node.request(
            "POST", "/f/acme/closed", Map.of("Authorization", "Bearer " + fresh), "x".repeat(100));

    assertThat(received.status()).isEqualTo(200);
    HttpCall call = (HttpCall) node.functions.invoked.getFirst().input();
    assertThat(call.body()).hasSize(100);
  }

  @Test
  void call_withAKeyThatDoesNotExist_isRefusedAfterTheLook() {
    String token = node.token(GatewayUnderTest.ACME, Role.INVOKER);
    String header =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(
                "{\"alg\":\"EdDSA\",\"kid\":\"none\"}".getBytes(StandardCharsets.UTF_8));
    String forged = header + token.substring(token.indexOf('.'));

    for (int i = 0; i < 3; i++) {
      assertThat(withToken("/f/acme/closed", forged).problem()).isEqualTo("401 unauthenticated");
    }
    Received received =
        node.request(
            "POST", "/f/acme/closed", Map.of("Authorization", "Bearer " + forged), "x".repeat(100));
    assertThat(received.problem()).isEqualTo("401 unauthenticated");
  }

  @Test
  void call_withATokenForOtherFunctions_isAsOfNone() {
    String limited = node.tokenFor(GatewayUnderTest.ACME, List.of("clo*d", "x"), Role.INVOKER);
    String other = node.tokenFor(GatewayUnderTest.ACME, List.of("x"), Role.INVOKER);

    assertThat(withToken("/f/acme/closed", limited).status()).isEqualTo(200);
    for (String path : List.of("/f/acme/closed", "/f/acme/none")) {
      Received refused = withToken(path, other);
      assertThat(refused.problem()).isEqualTo("404 function-not-found");
      assertThat(refused.body())
          .contains("There is no function at '" + path + "'. 'leat list' shows those");
    }
    assertThat(withToken("/f/acme/closed:v9", other).problem()).isEqualTo("404 function-not-found");
    assertThat(node.functions.invoked).hasSize(1);
  }

  @Test
  void call_ofASuspendedTenantsFunction_isRefusedWhoeverCalls() {
    String own = node.token(GatewayUnderTest.ACME, Role.INVOKER);
    String foreign = node.token(GatewayUnderTest.OTHER, Role.INVOKER);
    node.suspend(GatewayUnderTest.ACME);

    assertThat(node.get("/f/acme/open").problem()).isEqualTo("403 tenant-suspended");
    assertThat(withToken("/f/acme/closed", own).problem()).isEqualTo("403 tenant-suspended");
    assertThat(withToken("/f/acme/closed", node.operator()).problem())
        .isEqualTo("403 tenant-suspended");
    assertThat(node.functions.invoked).isEmpty();
    assertThat(withToken("/f/acme/closed", foreign).problem()).isEqualTo("404 function-not-found");
    assertThat(node.get("/f/acme/closed").problem()).isEqualTo("401 unauthenticated");

    node.resume(GatewayUnderTest.ACME);
    assertThat(withToken("/f/acme/closed", own).status()).isEqualTo(200);
  }

  /** All of these functions' versions are of one module. */
  @Test
  void call_ofADrainedModule_isRefusedWhoeverMayCall() {
    String own = node.token(GatewayUnderTest.ACME, Role.INVOKER);
    String foreign = node.token(GatewayUnderTest.OTHER, Role.INVOKER);
    node.drain(Functions.MODULE);

    assertThat(node.get("/f/acme/open").problem()).isEqualTo("502 module-revoked");
    assertThat(withToken("/f/acme/closed", own).problem()).isEqualTo("502 module-revoked");
    assertThat(node.functions.invoked).isEmpty();
    assertThat(withToken("/f/acme/closed", foreign).problem()).isEqualTo("404 function-not-found");
    assertThat(node.get("/f/acme/closed").problem()).isEqualTo("401 unauthenticated");

    node.drainNothing();
    assertThat(withToken("/f/acme/closed", own).status()).isEqualTo(200);
  }

  /** In a query or a cookie it would be in logs and histories. */
  @Test
  void token_elsewhereThanInItsField_isNoToken() {
    String token = node.token(GatewayUnderTest.ACME, Role.INVOKER);

    assertThat(node.get("/f/acme/closed?access_token=" + token).problem())
        .isEqualTo("401 unauthenticated");
    assertThat(
            node.request("GET", "/f/acme/closed", Map.of("Cookie", "token=" + token), "").problem())
        .isEqualTo("401 unauthenticated");
  }

  @Test
  void method_thatTheFunctionDoesNotAnswer_is405AndSaysWhich() {
    Received received = node.request("PUT", "/f/acme/small", Map.of(), "");

    assertThat(received.problem()).isEqualTo("405 method-not-allowed");
    assertThat(received.field("allow").split(", ", -1)).containsExactlyInAnyOrder("GET", "POST");
    assertThat(node.request("OPTIONS", "/f/acme/small", Map.of(), "").status()).isEqualTo(405);
    assertThat(node.functions.invoked).isEmpty();
  }

  @Test
  void head_isAnsweredWithoutABody() {
    Received received = node.request("HEAD", "/f/acme/open", Map.of(), "");

    assertThat(received.status()).isEqualTo(200);
    assertThat(received.body()).isEmpty();
    assertThat(((HttpCall) node.functions.invoked.getFirst().input()).method()).isEqualTo("HEAD");
  }

  @Test
  void quota_usedUp_is429BeforeABodyIsRead() {
    node.setQuota("requests-per-second", 1L);
    try {
      assertThat(node.get("/f/acme/open").status()).isEqualTo(200);

      Received received =
          node.request("POST", "/f/acme/open", Map.of("Expect", "100-continue"), "body");

      assertThat(received.problem()).isEqualTo("429 quota-exceeded");
      assertThat(received.field("retry-after")).isEqualTo("1");
      assertThat(received.field("ratelimit")).isEqualTo("\"requests-per-second\";r=0;t=1");
    } finally {
      node.setQuota("requests-per-second", -1L);
    }
  }

  /** A place is given back by a refusal after it was taken, as by an answer. */
  @Test
  void place_isGivenBackHoweverARequestEnds() {
    node.setQuota("concurrency", 1L);
    try {
      for (int i = 0; i < 3; i++) {
        assertThat(node.request("POST", "/f/acme/small", Map.of(), "x".repeat(11)).problem())
            .isEqualTo("413 body-too-large");
        assertThat(node.request("POST", "/f/acme/small", Map.of(), "x".repeat(10)).status())
            .isEqualTo(200);
        node.functions.script = call -> new Outcome.Cancelled(Usage.NONE);
        assertThat(node.get("/f/acme/open").problem()).isEqualTo("499 client-closed");
        node.functions.script = call -> ScriptedFunctions.saying("hello");
      }
    } finally {
      node.setQuota("concurrency", -1L);
    }
  }

  @Test
  void body_withoutRoom_is503() {
    long free = node.bodies.max();
    var taken = node.bodies.ofFunctions(GatewayUnderTest.OTHER);
    try {
      long bytes = node.bodies.largest(false);
      assertThat(taken.take(bytes)).as("of %d", free).isTrue();

      assertThat(node.request("POST", "/f/acme/open", Map.of(), "x".repeat(400_000)).problem())
          .isEqualTo("503 overloaded");
      assertThat(node.functions.invoked).isEmpty();
    } finally {
      taken.close();
    }
  }

  @Test
  void response_withoutRoom_is503AfterItRan() {
    node.functions.script = call -> ScriptedFunctions.saying("x".repeat(900_000));

    Received received = node.get("/f/acme/open");

    assertThat(received.problem()).isEqualTo("503 overloaded");
    assertThat(received.body()).contains("The function ran");
  }

  @Test
  void function_cannotSpeakForThePlatform() {
    Headers.Builder fields = new Headers.Builder();
    fields.add("X-Request-Id", "forged").add("Leat-Fuel", "7").add("traceparent", "forged");
    fields.add("X-Own", "own").add("x-own", "too");
    Headers forged = fields.build();
    node.functions.script = call -> ScriptedFunctions.responding(418, forged, "");

    Received received = node.get("/f/acme/open");

    assertThat(received.status()).isEqualTo(418);
    assertThat(received.field("leat-error-source")).isEqualTo("function");
    assertThat(received.field("leat-fuel")).isEqualTo("0");
    assertThat(received.fields().toString()).doesNotContain("forged").contains("x-own=too");
  }

  @Test
  void client_thatGoesWhileItsCallRuns_cancelsIt_andTheCallHoldsUntilItEnds() throws IOException {
    node.functions.script = null;
    try (Socket socket = node.open()) {
      socket
          .getOutputStream()
          .write(
              "POST /f/acme/open HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
                  .getBytes(StandardCharsets.US_ASCII));
      Eventually.holds("the call runs", () -> node.functions.running.size() == 1);
    }
    Cancellation cancellation = node.functions.invoked.getFirst().cancellation();

    Eventually.holds("the call is cancelled", cancellation::isCancelled);
    assertThat(node.bodies.held()).isEqualTo(5);
    node.functions.endAll(new Outcome.Cancelled(Usage.NONE));
  }

  @Test
  void tenant_suspendedWhileABodyArrives_runsNothing_andThePlaceIsGivenBack() throws IOException {
    node.setQuota("concurrency", 1L);
    try (Socket socket = node.open()) {
      OutputStream out = socket.getOutputStream();
      String head = "POST /f/acme/open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
      out.write((head + "Content-Length: 5\r\n\r\nhel").getBytes(StandardCharsets.US_ASCII));
      Eventually.holds("its body is arriving", () -> node.bodies.held() > 0);

      node.suspend(GatewayUnderTest.ACME);
      out.write("lo".getBytes(StandardCharsets.US_ASCII));

      assertThat(
              Received.of(
                      new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                  .problem())
          .isEqualTo("403 tenant-suspended");
      assertThat(node.functions.invoked).isEmpty();
      node.resume(GatewayUnderTest.ACME);
      assertThat(node.get("/f/acme/open").status()).isEqualTo(200);
    } finally {
      node.resume(GatewayUnderTest.ACME);
      node.setQuota("concurrency", -1L);
    }
  }

  @Test
  void tenant_deletedWhileABodyArrives_runsNothing() throws IOException {
    try (Socket socket = node.open()) {
      OutputStream out = socket.getOutputStream();
      String head = "POST /f/acme/open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
      out.write((head + "Content-Length: 5\r\n\r\nhel").getBytes(StandardCharsets.US_ASCII));
      Eventually.holds("its body is arriving", () -> node.bodies.held() > 0);

      node.delete(GatewayUnderTest.ACME);
      out.write("lo".getBytes(StandardCharsets.US_ASCII));

      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(Received.of(answer).problem()).isEqualTo("404 function-not-found");
      assertThat(node.functions.invoked).isEmpty();
    } finally {
      node.create(GatewayUnderTest.ACME);
    }
  }

  @Test
  void worker_lostBeforeItStarted_saysWhenToTryAgain() {
    node.functions.script = call -> new Outcome.WorkerLost(false);
    assertThat(node.get("/f/acme/open").field("retry-after")).isEqualTo("1");

    node.functions.script = call -> new Outcome.Overloaded("Full", Duration.ofMillis(1_500));
    assertThat(node.get("/f/acme/open").field("retry-after")).isEqualTo("2");
  }

  /** RFC 9112, 3.2. */
  @ParameterizedTest
  @ValueSource(strings = {"", "Host: a\r\nHost: b\r\n", "Host: a\r\nhost: a\r\n"})
  void host_notExactlyOne_is400AndTheConnectionEnds(String hosts) {
    assertThat(node.raw("GET /f/acme/open HTTP/1.1\r\n" + hosts + "\r\n").problem())
        .isEqualTo("400 invalid-request");
    assertThat(node.raw("GET /v1/whoami HTTP/1.1\r\n" + hosts + "\r\n").problem())
        .isEqualTo("400 invalid-request");
  }

  @Test
  void headers_tooLong_are431() {
    assertThat(node.request("GET", "/f/acme/open", Map.of("X", "y".repeat(40_000)), "").problem())
        .isEqualTo("431 headers-too-large");
  }

  @Test
  void requestId_thatIsNotSane_isReplaced() {
    assertThat(
            node.request("GET", "/f/acme/open", Map.of("X-Request-Id", "a b"), "")
                .field("x-request-id"))
        .matches("[0-9a-f]{32}");
  }
}
