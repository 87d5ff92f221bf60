package dev.leat.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.tenants.Role;
import dev.leat.testkit.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Walk two over real connections: what each step refuses, and that all is given back. */
@Timeout(60)
class ControlStepsTest {
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

  @AfterEach
  void nothingIsHeld() {
    Eventually.holds("nothing is held", () -> node.bodies.held() == 0);
  }

  @Test
  void operation_isAnsweredAndNamed() {
    Received received =
        node.request(
            "GET", "/health/live", Map.of("X-Request-Id", "mine", "traceparent", TRACE), "");

    assertThat(received.status()).isEqualTo(200);
    assertThat(received.body()).isEqualTo("{\"status\":\"live\"}");
    assertThat(received.field("x-request-id")).isEqualTo("mine");
    assertThat(received.field("traceparent")).startsWith(TRACE.substring(0, 36));
  }

  @Test
  void refusal_isNamedToo() {
    Received received =
        node.request("GET", "/nowhere", Map.of("X-Request-Id", "mine", "traceparent", TRACE), "");

    assertThat(received.problem()).isEqualTo("404 not-found");
    assertThat(received.field("x-request-id")).isEqualTo("mine");
    assertThat(received.field("traceparent")).startsWith(TRACE.substring(0, 36));
  }

  @ParameterizedTest
  @CsvSource({
    "DELETE,  /health/live,      405 method-not-allowed",
    "OPTIONS, /health/live,      405 method-not-allowed",
    "GET,     /v1/whoami,        401 unauthenticated",
    "GET,     /v1/tenants/acme,  401 unauthenticated",
    "GET,     /v1/tenants/%zz,   400 invalid-request",
    "GET,     /v1//whoami,       404 not-found",
    "GET,     /,                 404 not-found",
    "POST,    /v1/tenants,       401 unauthenticated"
  })
  void request_ofAStranger_isRefused(String method, String path, String problem) {
    assertThat(node.request(method, path, Map.of(), "").problem()).isEqualTo(problem);
  }

  @Test
  void tenant_ofAnother_isAsNone() {
    String other = node.token(GatewayUnderTest.OTHER, Role.TENANT_ADMIN);

    assertThat(as(other, "GET", "/v1/tenants/acme/quota", "").body())
        .contains("There is no such tenant.");
    assertThat(as(other, "GET", "/v1/tenants/none/quota", "").problem()).isEqualTo("404 not-found");
    assertThat(withoutNames(as(other, "GET", "/v1/tenants/none/quota", "")))
        .as("no difference")
        .isEqualTo(withoutNames(as(other, "GET", "/v1/tenants/acme/quota", "")));
    assertThat(as(node.operator(), "GET", "/v1/tenants/none/quota", "").body())
        .contains("'leat tenant list' shows those that there are.");
    assertThat(as(other, "GET", "/v1/tenants/other/quota", "").status()).isEqualTo(200);
    assertThat(as(other, "POST", "/v1/tenants", "{\"name\":\"x\"}").problem())
        .isEqualTo("403 forbidden");
  }

  @Test
  void tenant_suspended_mayDoNothing_andOperatorsSeeToIt() {
    String own = node.token(GatewayUnderTest.OTHER, Role.TENANT_ADMIN);
    node.suspend(GatewayUnderTest.OTHER);

    for (String path : List.of("/v1/whoami", "/v1/tenants/other/quota", "/v1/tenants/acme")) {
      assertThat(as(own, "GET", path, "").problem()).as(path).isEqualTo("403 tenant-suspended");
    }
    assertThat(as(own, "POST", "/v1/tenants/other:resume", "").problem())
        .isEqualTo("403 tenant-suspended");
    assertThat(as(node.operator(), "GET", "/v1/tenants/other", "").body())
        .contains("\"state\":\"suspended\"");
    assertThat(as(node.operator(), "GET", "/v1/tenants/other/quota", "").status()).isEqualTo(200);

    assertThat(as(node.operator(), "POST", "/v1/tenants/other:resume", "").status()).isEqualTo(200);
    assertThat(as(own, "GET", "/v1/whoami", "").status()).isEqualTo(200);
  }

  @Test
  void tenant_askingTooFast_isHeldBack_andNobodyElseIs() {
    String own = node.token(GatewayUnderTest.OTHER, Role.TENANT_ADMIN);
    assertThat(
            as(
                    node.operator(),
                    "PUT",
                    "/v1/tenants/other/quota",
                    "{\"control-requests-per-second\":1}")
                .status())
        .isEqualTo(200);
    for (int i = 0; i < 10; i++) {
      node.request("GET", "/v1/tenants/other/quota", Map.of(), "");
      node.request("GET", "/v1/whoami", Map.of("Authorization", "Bearer " + own + "x"), "");
    }
    for (int i = 0; i < 5; i++) { // five seconds' worth
      assertThat(as(own, "GET", "/v1/whoami", "").status()).as("strangers use none").isEqualTo(200);
    }

    Received refused = as(own, "GET", "/v1/tenants/other/keys", "");

    assertThat(refused.problem()).isEqualTo("429 quota-exceeded");
    assertThat(refused.field("retry-after")).isEqualTo("1");
    assertThat(refused.field("ratelimit-policy"))
        .isEqualTo("\"control-requests-per-second\";q=1;w=1");
    assertThat(refused.field("ratelimit")).isEqualTo("\"control-requests-per-second\";r=0;t=1");
    for (int i = 0; i < 10; i++) {
      assertThat(as(node.operator(), "GET", "/v1/tenants/other", "").status()).isEqualTo(200);
    }
    String acme = node.token(GatewayUnderTest.ACME, Role.TENANT_ADMIN);
    assertThat(as(acme, "GET", "/v1/whoami", "").status()).isEqualTo(200);

    as(node.operator(), "PUT", "/v1/tenants/other/quota", "{\"control-requests-per-second\":-1}");
    assertThat(as(own, "GET", "/v1/whoami", "").status()).as("nothing anew").isEqualTo(429);
    node.nanos.addAndGet(Duration.ofSeconds(5).toNanos());
    assertThat(as(own, "GET", "/v1/whoami", "").status()).as("by the other rate").isEqualTo(200);
  }

  @Test
  void mediaType_other_is415() {
    Map<String, String> fields =
        Map.of("Authorization", "Bearer " + node.operator(), "Content-Type", "text/plain");

    assertThat(node.request("POST", "/v1/tenants", fields, "{}").problem())
        .isEqualTo("415 unsupported-media-type");
  }

  @Test
  void body_notAsTheDocumentSays_isToldAllAtOnce() {
    Received received =
        as(
            node.operator(),
            "POST",
            "/v1/tenants/acme/tokens",
            "{\"roles\":[\"god\"],\"ttlSeconds\":0,\"more\":1}");

    assertThat(received.problem()).isEqualTo("400 invalid-request");
    assertThat(received.body())
        .contains("The body has 3 problems")
        .contains("\"at\":\"roles[0]\"", "\"at\":\"ttlSeconds\"", "\"at\":\"more\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{\"name\":\"a\",\"name\":\"b\"}", "{\"name\":\"a\"}{}"})
  void body_notWellFormed_isRefusedInWords(String body) {
    Received received = as(node.operator(), "POST", "/v1/tenants", body);

    assertThat(received.problem()).isEqualTo("400 invalid-request");
    assertThat(received.body()).contains("See /v1/openapi.json").doesNotContain("jackson");
  }

  @Test
  void body_nestedDeeply_isRefusedWithoutHarm() {
    assertThat(as(node.operator(), "POST", "/v1/tenants", "[".repeat(60_000)).problem())
        .isEqualTo("400 invalid-request");
    assertThat(as(node.operator(), "POST", "/v1/tenants", "{\"name\":".repeat(900)).problem())
        .isEqualTo("400 invalid-request");
  }

  @Test
  void body_tooLong_is413() {
    assertThat(as(node.operator(), "POST", "/v1/tenants", " ".repeat(65_537)).problem())
        .isEqualTo("413 body-too-large");
  }

  @Test
  void created_saysWhere() {
    Received received =
        as(
            node.operator(),
            "POST",
            "/v1/tenants/acme/tokens",
            "{\"roles\":[\"invoker\"],\"ttlSeconds\":60}");

    assertThat(received.status()).isEqualTo(201);
    assertThat(received.field("cache-control")).isEqualTo("no-store");
  }

  /** Metrics are open to this host alone; whatever hints at another one closes them. */
  @Test
  void metrics_areOpenLocallyAlone() {
    assertThat(node.get("/metrics").status()).isEqualTo(200);
    for (Map<String, String> fields :
        java.util.List.of(
            Map.of("Forwarded", "for=1.2.3.4"),
            Map.of("X-Forwarded-For", "127.0.0.1"),
            Map.of("X-FORWARDED-anything", ""),
            Map.of("Via", "1.1 proxy"),
            Map.of("X-Real-IP", "127.0.0.1"),
            Map.of("Authorization", "Bearer x"))) {
      assertThat(node.request("GET", "/metrics", fields, "").problem())
          .as(fields.toString())
          .isEqualTo("401 unauthenticated");
    }
    String end = "\r\nConnection: close\r\n\r\n";
    assertThat(node.raw("GET /metrics HTTP/1.1\r\nHost: leat.example" + end).status())
        .isEqualTo(401);
    assertThat(node.raw("GET /metrics HTTP/1.1\r\nHost: [::1]:8080" + end).status()).isEqualTo(200);
    assertThat(node.raw("GET /metrics HTTP/1.0\r\nHost: localhost" + end).status()).isEqualTo(401);
  }

  /** A short body is dropped and the connection stays; a long one ends it. */
  @Test
  void body_unread_endsTheConnectionOnlyWhenItIsLong() {
    String head = "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: ";
    String next = "GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    assertThat(node.raw(head + "5\r\n\r\nhello" + next).body()).contains("HTTP/1.1 404");
    assertThat(node.raw(head + "70000\r\n\r\n" + "x".repeat(70_000) + next).body())
        .doesNotContain("HTTP/1.1");
  }

  private static String withoutNames(Received received) {
    return received.toString().replaceAll("/v1/tenants/[a-z]+/", "").replaceAll("[0-9a-f]{32}", "");
  }

  private static Received as(String token, String method, String path, String body) {
    return node.request(
        method,
        path,
        Map.of("Authorization", "Bearer " + token, "Content-Type", "application/json"),
        body);
  }
}
