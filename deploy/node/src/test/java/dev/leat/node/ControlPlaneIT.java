package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.jwk.OctetKeyPair;
import dev.leat.contract.ModuleDigest;
import dev.leat.node.NodeUnderTest.Request;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.node.OpenApiCheck.Operation;
import dev.leat.registry.key.Signatures;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.Seed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The control plane as its document describes it, for friends and for others. */
class ControlPlaneIT {
  private static final String INVALID = "400 invalid-request gateway";

  /** Which rights each role gives in its tenant. */
  private static final Map<String, Set<String>> RIGHTS =
      Map.of(
          "invoker", Set.of("INVOKE"),
          "developer", Set.of("INVOKE", "READ", "DEVELOP"),
          "tenant-admin", Set.of("INVOKE", "READ", "DEVELOP", "ADMINISTER_TENANT"));

  private static final String LOGGING = "  capabilities: {logging: true}\n";

  /** What must not come true while the others are tried. */
  private static final Set<String> CHANGES_TOO_MUCH =
      Set.of("deleteTenant", "suspendTenant", "rotateSigningKey");

  @TempDir private static Path directory;
  private static RunningNode node;
  private static Workshop acme;
  private static Workshop other;

  @BeforeAll
  static void start() {
    node = RunningNode.start(directory);
    acme = node.workshop("acme");
    other = node.workshop("other");
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @AfterEach
  void nothingIsHeld() {
    node.assertNothingHeld();
  }

  /** Those that were issued in the same second come in any order. */
  private static JsonNode operatorToken(String subject) {
    return StreamSupport.stream(get("/v1/tokens").json().path("items").spliterator(), false)
        .filter(token -> token.path("subject").asText().equals(subject))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void everyOperation_answersAsTheDocumentSays() {
    get("/v1/openapi.json");
    get("/health/live");
    get("/health/ready");
    get("/metrics");
    get("/.well-known/jwks.json");
    get("/v1/whoami");
    get("/v1/cluster");
    get("/v1/signing-key");
    get("/v1/usage/export?month=2026-01");
    get("/v1/audit");
    get("/v1/audit/export");
    get("/v1/audit/export?format=cef");
    get("/v1/audit/checkpoints");
    assertThat(post("/v1/signing-key:rotate", "{}").status()).isEqualTo(200);
    assertThat(post("/v1/tokens", "{\"subject\":\"ann\",\"ttlSeconds\":60}").status())
        .isEqualTo(201);
    JsonNode anns = operatorToken("ann");
    assertThat(anns.path("roles")).hasToString("[\"operator\"]");
    assertThat(delete("/v1/tokens/" + anns.path("id").asText()).status()).isEqualTo(204);
    assertThat(operatorToken("ann").path("revoked").asBoolean()).isTrue();
    get("/v1/tenants");
    Workshop walked = node.workshop("walked");
    walked.deployPublic("echo", Guests.echo());
    walked.token("developer");
    walked.setQuota("{\"concurrency\":5}");
    for (String quota : List.of("/v1/quota", walked.path("/functions/echo/quota"))) {
      assertThat(
              node.request("PUT", quota)
                  .operator()
                  .json("{\"outbound-per-hour\":5}")
                  .send()
                  .status())
          .isEqualTo(200);
      get(quota);
    }
    assertThat(setPowers(walked, "{\"allow\":[\"logging\"]}").status()).isEqualTo(200);
    String called = walked.call("GET", "echo").send().header("x-request-id");
    String later =
        walked
            .call("GET", "echo")
            .field("Prefer", "respond-async")
            .send()
            .json()
            .path("id")
            .asText();
    Eventually.holds(
        "the function has answered",
        () ->
            node.request("GET", walked.path("/invocations/" + later + "/result"))
                    .operator()
                    .send()
                    .status()
                == 200);
    assertThat(delete(walked.path("/invocations/" + later)).json().path("state").asText())
        .isEqualTo("done");
    Eventually.holds(
        "the invocation is recorded",
        () ->
            node.request("GET", walked.path("/invocations/" + called)).operator().send().status()
                == 200);
    walked.deployPublic("trap", Guests.trapping());
    String dead =
        walked
            .call("GET", "trap")
            .field("Prefer", "respond-async")
            .send()
            .json()
            .path("id")
            .asText();
    Eventually.holds(
        "it is a dead letter",
        () ->
            node.request("GET", walked.path("/dead-letters/" + dead)).operator().send().status()
                == 200);
    get(walked.path("/dead-letters?function=trap&outcome=trapped"));
    for (String what : List.of(":redrive", ":purge")) {
      assertThat(
              post(walked.path("/dead-letters" + what), "{\"function\":\"trap\",\"dryRun\":true}")
                  .json())
          .hasToString("{\"done\":1,\"left\":0}");
    }
    assertThat(
            post(walked.path("/dead-letters:redrive"), "{\"ids\":[\"%s\"]}".formatted(dead))
                .json()
                .path("done")
                .asInt())
        .isEqualTo(1);
    assertThat(delete(walked.path("/functions/trap")).status()).isEqualTo(204);
    assertThat(
            post(
                    walked.path("/connections"),
                    "{\"name\":\"main\",\"url\":\"jdbc:h2:mem:walked\",\"user\":\"u\",\"password\":\"hunter2\"}")
                .status())
        .isEqualTo(201);
    assertThat(
            post(
                    walked.path("/schedules"),
                    "{\"id\":\"nightly\",\"function\":\"echo\",\"cron\":\"30 2 * * *\",\"timeZone\":\"Europe/Berlin\",\"data\":\"e30=\"}")
                .status())
        .isEqualTo(201);
    get(walked.path("/schedules/nightly/next?count=3"));
    for (String change : List.of(":pause", ":resume")) {
      assertThat(
              node.request("POST", walked.path("/schedules/nightly" + change))
                  .operator()
                  .send()
                  .status())
          .as(change)
          .isEqualTo(200);
    }
    for (String path :
        List.of(
            "",
            "/schedules",
            "/schedules/nightly",
            "/connections",
            "/connections/main",
            "/quota",
            "/powers",
            "/tokens",
            "/keys",
            "/policy",
            "/modules",
            "/functions",
            "/functions/echo",
            "/functions/echo/versions",
            "/functions/echo/versions/v1",
            "/functions/echo/traffic",
            "/functions/echo/capabilities",
            "/functions/echo/aliases",
            "/functions/echo/logs",
            "/invocations/" + called,
            "/invocations/" + called + "/logs",
            "/invocations/" + later,
            "/functions/echo/log-level",
            "/audit",
            "/invocations",
            "/usage",
            "/usage/export?month=2026-01")) {
      get(walked.path(path));
    }
    assertThat(
            walked
                .request("PUT", "/functions/echo/log-level")
                .operator()
                .json("{\"level\":\"warn\"}")
                .send()
                .status())
        .isEqualTo(200);
    for (String change : List.of(":suspend", ":resume")) {
      assertThat(node.request("POST", walked.path(change)).operator().send().status())
          .as(change)
          .isEqualTo(200);
    }
    assertThat(
            post(
                    walked.path("/issuers"),
                    "{\"name\":\"corp\",\"issuer\":\"https://id.example.com\","
                        + "\"jwks\":\"https://id.example.com/jwks\",\"audience\":\"walked\","
                        + "\"roles\":[{\"claim\":\"groups\",\"value\":\"dev\",\"role\":\"developer\"}]}")
                .status())
        .isEqualTo(201);
    assertThat(get(walked.path("/issuers")).json().at("/items/0/roles/0/role").asText())
        .isEqualTo("developer");
    assertThat(
            node.request("PUT", walked.path("/secrets/stripe-key"))
                .operator()
                .field("Content-Type", "application/octet-stream")
                .body("sk_made_up")
                .send()
                .status())
        .isEqualTo(201);
    get(walked.path("/secrets"));
    assertThat(get(walked.path("/secrets/stripe-key")).json().path("bytes").asInt()).isEqualTo(10);
    String echo = walked.path("/functions/echo");
    assertThat(
            putJson(echo + "/permissions", "{\"permissions\":[{\"type\":\"logging\"}]}").status())
        .isEqualTo(200);
    get(echo + "/permissions");
    get(echo + "/permissions:check?type=logging&resource=info");
    assertThat(delete(echo + "/permissions").status()).isEqualTo(200);
    assertThat(putJson(echo + "/traffic", "{\"weights\":{\"v1\":100}}").status()).isEqualTo(200);
    assertThat(putJson(echo + "/aliases/stable", "{\"version\":\"v1\"}").status()).isEqualTo(200);
    get(echo + "/aliases/stable");
    assertThat(delete(echo + "/aliases/stable").status()).isEqualTo(204);
    assertThat(
            walked
                .deploy(
                    "echo",
                    NodeUnderTest.manifest(
                        "echo", Guests.echo(), "  route: {auth: public, methods: [GET]}\n"))
                .status())
        .isEqualTo(201);
    for (String end : List.of("promote", "abort")) {
      assertThat(post(echo + ":rollback", "{\"to\":\"v1\"}").status()).isEqualTo(200);
      assertThat(post(echo + "/rollout", "{\"to\":\"v2\",\"steps\":[5,100]}").status())
          .isEqualTo(201);
      assertThat(get(echo + "/traffic").json().path("weights")).hasToString("{\"v1\":95,\"v2\":5}");
      assertThat(putJson(echo + "/traffic", "{\"weights\":{\"v1\":100}}").problem())
          .isEqualTo("409 conflict gateway");
      for (String act : List.of("pause", "resume", end)) {
        assertThat(node.request("POST", echo + "/rollout:" + act).operator().send().status())
            .as(act)
            .isEqualTo(200);
      }
    }
    assertThat(get(echo + "/rollout").json().path("state").asText()).isEqualTo("aborted");
    assertThat(post(echo + ":rollback", "{\"to\":\"v1\"}").status()).isEqualTo(200);
    String module = walked.path("/modules/" + ModuleDigest.of(Guests.echo()));
    get(module);
    get(module + "/analysis");
    assertThat(get(module + "/signatures").json().at("/items/0/publisher").asText())
        .isEqualTo("walked");
    assertThat(get(module + "/visibility").text()).isEqualTo("{\"visibility\":\"private\"}");
    assertThat(
            putJson(
                    module + "/visibility",
                    "{\"visibility\":\"shared-with\",\"sharedWith\":[\"other\"]}")
                .status())
        .isEqualTo(200);
    assertThat(get(other.path("/search?q=walked/")).json().at("/items/0/name").asText())
        .isEqualTo("module");
    assertThat(post(other.path("/install"), "{\"module\":\"walked/module@1.1\"}").status())
        .isEqualTo(201);
    assertThat(get(module + "/content").body()).isEqualTo(Guests.echo());
    String token = get(walked.path("/tokens")).json().at("/items/0/id").asText();
    String key = get(walked.path("/keys")).json().at("/items/0/kid").asText();
    assertThat(delete(module).problem()).isEqualTo("409 conflict gateway");
    assertThat(
            putJson(
                    walked.path("/keys/" + key + "/validity"),
                    "{\"validUntil\":\"2026-01-31T12:00:00Z\"}")
                .status())
        .isEqualTo(200);
    assertThat(
            putJson(
                    walked.path("/policy"),
                    "{\"trusted-publishers\":[\"walked\"],\"on-revoke\":\"drain\"}")
                .status())
        .isEqualTo(200);
    assertThat(get(walked.path("/policy")).json())
        .hasToString(
            "{\"require-signature\":true,\"trusted-publishers\":[\"walked\"],\"on-revoke\":\"drain\"}");
    for (String path :
        List.of(
            walked.path("/functions/echo"),
            module,
            walked.path("/tokens/" + token),
            walked.path("/issuers/corp"),
            walked.path("/secrets/stripe-key"),
            walked.path("/schedules/nightly"),
            walked.path("/connections/main"),
            walked.path("/keys/" + key),
            walked.path(""))) {
      assertThat(delete(path).status()).as(path).isEqualTo(204);
    }

    assertThat(node.openApi.operations().stream().map(Operation::id))
        .filteredOn(id -> !node.openApi.done().contains(id))
        .as("operations that were never called")
        .isEmpty();
  }

  @Test
  void powers_thatTheTenantMayNotGrant_areRefusedAtDeploy() {
    Workshop modest = node.workshop("modest");
    setPowers(modest, "{\"allow\":[\"config\"]}");

    Answered refused = modest.tryDeploy("echo", Guests.echo(), LOGGING);
    assertThat(refused.problem()).startsWith("422 invalid-manifest");
    assertThat(refused.text()).contains("logging, which tenant 'modest' is not allowed");

    assertThat(setPowers(modest, "{\"allow\":[\"loging\"]}").problem()).isEqualTo(INVALID);
    setPowers(modest, "{}");
    assertThat(get(modest.path("/powers")).text()).isEqualTo("{}");
    modest.deploy("echo", Guests.echo(), LOGGING);
  }

  private static Answered setPowers(Workshop tenant, String body) {
    return tenant.request("PUT", "/powers").operator().json(body).send();
  }

  @Test
  void cluster_ofANodeAlone_isThatNode() {
    JsonNode members = get("/v1/cluster").json().path("members");

    assertThat(members).hasSize(1);
    JsonNode only = members.get(0);
    assertThat(only.path("roles")).hasToString("[\"gateway\",\"scheduler\",\"worker\"]");
    assertThat(only.path("address").asText()).isEqualTo("http://127.0.0.1:" + node.port());
    assertThat(only.path("state").asText()).isEqualTo("ready");
    assertThat(only.path("capacity").asInt()).isPositive();
    assertThat(only.has("clusterAddress")).isFalse();
  }

  private static Answered get(String path) {
    Answered answered = node.request("GET", path).operator().send();
    assertThat(answered.status()).as(path + " -> " + answered).isEqualTo(200);
    return answered;
  }

  private static Answered putJson(String path, String body) {
    return node.request("PUT", path).operator().json(body).send();
  }

  private static Answered delete(String path) {
    return node.request("DELETE", path).operator().send();
  }

  @TestFactory
  Stream<DynamicTest> everyOperation_asksForItsRight() {
    Map<String, String> tokens = new LinkedHashMap<>();
    RIGHTS.keySet().forEach(role -> tokens.put(role, acme.token(role)));
    String foreign = other.token("tenant-admin");
    return node.openApi.operations().stream()
        .map(operation ->
            DynamicTest.dynamicTest(
                operation.id(), () -> assertRights(operation, tokens, foreign)));
  }

  private static void assertRights(
      Operation operation, Map<String, String> tokens, String foreign) {
    boolean ofTenant = operation.path().contains("{tenant}");
    assertThat(access(operation, ""))
        .isEqualTo(operation.isOpen() || operation.isOpenLocally() ? "allowed" : "401");
    tokens.forEach((role, token) -> {
      boolean has = ofTenant && RIGHTS.getOrDefault(role, Set.of()).contains(operation.right());
      assertThat(access(operation, token))
          .as(role)
          .isEqualTo(has || operation.right().equals("NONE") ? "allowed" : "403");
    });
    if (!operation.right().equals("NONE")) {
      assertThat(access(operation, foreign)).as("another's").isEqualTo(ofTenant ? "404" : "403");
    }
    if (!CHANGES_TOO_MUCH.contains(operation.id())) {
      assertThat(access(operation, node.operatorToken())).as("operator").isEqualTo("allowed");
    }
  }

  /** What comes of a request with this token and of no use otherwise. */
  private static String access(Operation operation, String token) {
    String path =
        operation
            .path()
            .replace("{tenant}", "acme")
            .replace("{digest}", "sha256:" + "0".repeat(64))
            .replaceAll("\\{[a-z]+}", "nothing");
    Request request = node.request(operation.method().toUpperCase(java.util.Locale.ROOT), path);
    Answered answered = (token.isEmpty() ? request : request.token(token)).send();
    if (answered.status() == 401 || answered.status() == 403) {
      return String.valueOf(answered.status());
    }
    return answered.text().contains("no such tenant") ? "404" : "allowed";
  }

  @Test
  void lists_pageByPage_giveEveryItemOnce() {
    Workshop paged = node.workshop("paged");
    for (int i = 0; i < 5; i++) {
      paged.deployPublic("f" + i, Guests.saying("page " + i));
    }

    assertThat(pages("/v1/tenants", "name", 1)).contains("acme", "other", "paged");
    for (int i = 0; i < 3; i++) {
      paged.token("invoker");
    }
    assertThat(pages(paged.path("/tokens"), "id", 2)).hasSize(3).doesNotHaveDuplicates();
    assertThat(pages(paged.path("/functions"), "function", 2))
        .containsExactly("f0", "f1", "f2", "f3", "f4");
    assertThat(pages(paged.path("/modules"), "digest", 2)).hasSize(5).doesNotHaveDuplicates();
    assertThat(pages(paged.path("/modules"), "digest", 5)).hasSize(5).doesNotHaveDuplicates();
  }

  private static List<String> pages(String path, String member, int limit) {
    List<String> found = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = get(path + "?limit=" + limit + cursor).json();
      assertThat(page.path("items").size()).isLessThanOrEqualTo(limit);
      page.path("items").forEach(item -> found.add(item.path(member).asText()));
      cursor = page.has("next") ? "&cursor=" + page.path("next").asText() : "";
    } while (!cursor.isEmpty());
    return found;
  }

  @Test
  void tokenForSomeFunctions_seesAndDeploysThoseAlone() {
    Workshop scoped = node.workshop("scoped");
    for (String function : List.of("mask", "report-a", "report-b")) {
      scoped.deploy(function, Guests.saying(function), "");
    }
    for (String function : List.of("mask", "report-a")) {
      assertThat(scoped.call("GET", function).operator().send().status()).isEqualTo(200);
    }
    Answered created =
        post(
            scoped.path("/tokens"),
            "{\"roles\":[\"developer\"],\"functions\":[\"report-*\"],\"ttlSeconds\":60}");
    String token = created.json().path("token").asText();
    String manifest = RunningNode.manifest("mask", Guests.saying("mask"), "");

    assertThat(as(token, "GET", "/v1/whoami").json().at("/functions/0").asText())
        .isEqualTo("report-*");
    assertThat(as(token, "GET", scoped.path("/functions")).json().path("items"))
        .extracting(item -> item.path("function").asText())
        .containsExactly("report-a", "report-b");
    Eventually.holds(
        "both have their records",
        () -> get(scoped.path("/invocations")).json().path("items").size() == 2);
    assertThat(as(token, "GET", scoped.path("/invocations")).json().path("items"))
        .extracting(item -> item.path("function").asText())
        .containsExactly("report-a");
    for (String path : List.of("/mask", "/mask/versions", "/mask/versions/v1")) {
      assertThat(as(token, "GET", scoped.path("/functions" + path)).problem())
          .isEqualTo("404 function-not-found gateway");
    }
    assertThat(as(token, "GET", scoped.path("/functions/mask")).json().path("detail").asText())
        .as("as of one that is not there")
        .isEqualTo("Tenant 'scoped' has no function 'mask'.");
    assertThat(as(token, "DELETE", scoped.path("/functions/mask")).problem())
        .isEqualTo("404 function-not-found gateway");
    Answered deployed =
        scoped
            .request("PUT", "/functions/mask")
            .token(token)
            .field("Content-Type", "application/yaml")
            .body(manifest)
            .send();
    assertThat(deployed.problem()).isEqualTo("403 forbidden gateway");
    assertThat(deployed.text()).contains("limited to the functions report-*.");
    String kid = get(scoped.path("/keys")).json().at("/items/0/kid").asText();
    assertThat(as(token, "DELETE", scoped.path("/keys/" + kid)).problem())
        .isEqualTo("403 forbidden gateway");
    assertThat(as(token, "GET", scoped.path("/functions/report-a")).status()).isEqualTo(200);
    assertThat(as(token, "DELETE", scoped.path("/functions/report-a")).status()).isEqualTo(204);
    assertThat(scoped.call("GET", "mask").operator().send().status()).isEqualTo(200);
  }

  private static Answered as(String token, String method, String path) {
    return node.request(method, path).token(token).send();
  }

  @Test
  void deleteTenant_withFunctions_isRefusedUnlessForced() {
    Workshop full = node.workshop("full");
    full.deployPublic("f", Guests.saying("full"));

    Answered refused = delete(full.path(""));

    assertThat(refused.problem()).isEqualTo("409 conflict gateway");
    assertThat(refused.text()).contains("Tenant 'full' has 1 function.");
    assertThat(full.call("GET", "f").send().text()).isEqualTo("full");
    assertThat(delete(full.path("?force=yes")).problem()).isEqualTo(INVALID);
    assertThat(delete(full.path("?force=true")).status()).isEqualTo(204);
  }

  @Test
  void parameters_wrong_are400() {
    assertThat(
            Stream.of(
                    "/v1/tenants?limit=0",
                    "/v1/tenants?limit=1001",
                    "/v1/tenants?limit=-1",
                    "/v1/tenants?limit=x",
                    "/v1/tenants?limit=",
                    "/v1/tenants?cursor=NO",
                    "/v1/tenants/acme/tokens?cursor=NO",
                    "/v1/tenants/acme/tokens?limit=0",
                    "/v1/tenants/acme/modules?limit=1e3",
                    "/v1/tenants/acme/modules?cursor=%00",
                    "/v1/tenants/acme/functions?cursor=%00",
                    "/v1/tenants/acme/invocations?outcome=No",
                    "/v1/tenants/acme/invocations?outcome=foo",
                    "/v1/tenants/acme/invocations?outcome=a%00",
                    "/v1/tenants/acme/modules?q=%00")
                .filter(
                    path -> !node.request("GET", path).operator().send().problem().equals(INVALID)))
        .isEmpty();
  }

  @Test
  void query_malformed_is400() {
    assertThat(raw("GET", "/v1/tenants?limit=%zz", "")).startsWith("HTTP/1.1 400 ");
    assertThat(raw("GET", "/v1/tenants/%zz", "")).startsWith("HTTP/1.1 4");
    assertThat(raw("GET", "/v1/tenants/%c3%28", "")).startsWith("HTTP/1.1 4");
  }

  @Test
  void paths_inDisguise_doNotReachOtherTenants() {
    String token = acme.token("tenant-admin");
    for (String path :
        List.of(
            "/v1/tenants/acme/../other/keys",
            "/v1/tenants/acme%2F..%2Fother/keys",
            "/v1/tenants/acme/..%2fother/keys",
            "/v1//tenants/other/keys",
            "/v1/tenants/other;x/keys",
            "/v1/tenants/other%00/keys",
            "/v1/tenants/OTHER/keys")) {
      assertThat(raw("GET", path, "Authorization: Bearer " + token + "\r\n"))
          .as(path)
          .startsWith("HTTP/1.1 404 ");
    }
  }

  /** The head of the response to a request that the ordinary client would not send. */
  private static String raw(String method, String path, String fields) {
    String authorization =
        fields.isEmpty() ? "Authorization: Bearer " + node.operatorToken() + "\r\n" : fields;
    try (RawConnection connection = new RawConnection(node.port())) {
      return connection
          .send(method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + authorization + "\r\n")
          .readHead();
    }
  }

  @Test
  void method_ofNoOperation_is405AndSaysWhich() {
    Answered answered = node.request("DELETE", "/v1/tenants").operator().send();

    assertThat(answered.problem()).isEqualTo("405 method-not-allowed gateway");
    assertThat(answered.header("allow").split(", ", -1)).containsExactlyInAnyOrder("GET", "POST");
    assertThat(node.request("GET", "/v1/nothing").operator().send().problem())
        .isEqualTo("404 not-found gateway");
    assertThat(node.request("GET", "/").send().problem()).isEqualTo("404 not-found gateway");
  }

  @Test
  void json_notAsDescribed_is400() {
    for (String body :
        List.of(
            "",
            " ",
            "null",
            "[]",
            "\"acme\"",
            "{",
            "{\"name\":\"fine\"} trailing",
            "{\"name\":\"fine\"}{}",
            "{\"name\":\"fine\",\"more\":1}",
            "{\"name\":\"fine\",\"name\":\"fine\"}",
            "{\"name\":5}",
            "{\"name\":null}",
            "{\"name\":[\"fine\"]}",
            "{\"name\":{\"a\":1}}",
            "{\"name\":\"Not-Fine\"}",
            "{\"name\":\"" + "a".repeat(64) + "\"}",
            "{'name':'fine'}",
            "[".repeat(30_000),
            "{\"name\":".repeat(5_000),
            "\u0000")) {
      assertThat(post("/v1/tenants", body).problem()).as(abbreviated(body)).isEqualTo(INVALID);
    }
    assertThat(
            node.request("POST", "/v1/tenants")
                .operator()
                .field("Content-Type", "application/json")
                .body(new byte[] {'{', (byte) 0xff, (byte) 0xfe, '}'})
                .send()
                .problem())
        .isEqualTo(INVALID);
  }

  @Test
  void tokenRequest_notAsDescribed_is400() {
    for (String body :
        List.of(
            "{}",
            "{\"roles\":[],\"ttlSeconds\":60}",
            "{\"roles\":\"invoker\",\"ttlSeconds\":60}",
            "{\"roles\":[null],\"ttlSeconds\":60}",
            "{\"roles\":[\"god\"],\"ttlSeconds\":60}",
            "{\"roles\":[\"operator\"],\"ttlSeconds\":60}",
            "{\"roles\":[\"invoker\"]}",
            "{\"roles\":[\"invoker\"],\"ttlSeconds\":0}",
            "{\"roles\":[\"invoker\"],\"ttlSeconds\":-1}",
            "{\"roles\":[\"invoker\"],\"ttlSeconds\":31536001}",
            "{\"roles\":[\"invoker\"],\"ttlSeconds\":9223372036854775807}",
            "{\"roles\":[\"invoker\"],\"ttlSeconds\":1e99}",
            "{\"roles\":[\"invoker\"],\"ttlSeconds\":60.5}",
            "{\"roles\":[\"invoker\"],\"ttlSeconds\":\"60\"}",
            "{\"roles\":[\"invoker\",\"invoker\"],\"ttlSeconds\":60}",
            "{\"roles\":[\"invoker\"],\"ttlSeconds\":60,\"subject\":\"\"}",
            "{\"roles\":[\"invoker\"],\"ttlSeconds\":60,\"functions\":[]}",
            "{\"roles\":[\"invoker\"],\"ttlSeconds\":60,\"functions\":[\"A\"]}",
            "{\"roles\":[\"invoker\"],\"ttlSeconds\":60,\"functions\":\"a\"}",
            "{\"roles\":[\"tenant-admin\"],\"ttlSeconds\":60,\"functions\":[\"a\"]}",
            "{\"roles\":[\"invoker\"],\"ttlSeconds\":60,\"subject\":5}",
            "{\"roles\":[\"invoker\"],\"ttlSeconds\":60,\"subject\":\"a\\nb\"}")) {
      assertThat(post(acme.path("/tokens"), body).problem()).as(body).isEqualTo(INVALID);
    }
  }

  @Test
  void quotaAndKey_notAsDescribed_are400() {
    for (String body :
        List.of(
            "[]",
            "{\"concurrency\":0}",
            "{\"concurrency\":-2}",
            "{\"concurrency\":1.5}",
            "{\"concurrency\":\"1\"}",
            "{\"concurrency\":null}",
            "{\"concurrency\":99999999999999999999}",
            "{\"no-such-quota\":1}",
            "{\"burst\":1}")) {
      assertThat(acme.setQuota(body).problem()).as(body).isEqualTo(INVALID);
    }
    OctetKeyPair key = RunningNode.newKey();
    for (String body :
        List.of(
            "{}",
            "[]",
            key.toJSONString(), // with its private part
            key.toPublicJWK().toJSONString().replace("Ed25519", "X25519"),
            key.toPublicJWK().toJSONString().replace("\"x\":\"", "\"x\":\"AA"))) {
      assertThat(post(acme.path("/keys"), body).problem()).as(body).isEqualTo(INVALID);
    }
    assertThat(get(acme.path("/keys")).json().path("items")).hasSize(1);
  }

  private static Answered post(String path, String json) {
    return node.request("POST", path).operator().json(json).send();
  }

  @Test
  void mediaType_other_is415() {
    assertThat(
            Stream.of("text/plain", "application/xml", "application/jsonx", "", ";")
                .map(type ->
                    node.request("POST", "/v1/tenants")
                        .operator()
                        .field("Content-Type", type)
                        .body("{\"name\":\"x\"}")
                        .send()
                        .problem()))
        .containsOnly("415 unsupported-media-type gateway");
  }

  @Test
  void body_tooLarge_is413() {
    assertThat(post("/v1/tenants", " ".repeat(70_000)).problem())
        .isEqualTo("413 body-too-large gateway");
    assertThat(acme.deploy("large", "#".repeat(300_000)).problem())
        .isEqualTo("413 body-too-large gateway");
  }

  @Test
  void deploy_ofAConnectionThatIsNotThere_saysSo() {
    Answered deployed =
        acme.tryDeploy(
            "stateful",
            Guests.saying("s"),
            "  capabilities: {keyValue: {}, database: {connection: main, allow: [\"read:a\"]}}\n");

    assertThat(deployed.status()).isEqualTo(201);
    assertThat(deployed.json().at("/notes/0/at").asText())
        .isEqualTo("spec.capabilities.database.connection");
  }

  @Test
  void version_older_isShownAsItWasDeployed() {
    byte[] module = Guests.saying("older");
    acme.publish(module);
    String manifest = RunningNode.manifest("older", module, "");
    acme.deploy("older", manifest + "  limits: {timeout: 1s}\n");
    acme.deploy("older", manifest + "  limits: {timeout: 2s}\n");

    Answered first = get(acme.path("/functions/older/versions/v1"));

    assertThat(first.header("etag")).isEqualTo("\"v1\"");
    assertThat(first.json().at("/manifest/spec/limits/timeout").asText()).isEqualTo("1s");
    assertThat(
            node.request("GET", acme.path("/functions/older/versions/v3"))
                .operator()
                .send()
                .problem())
        .isEqualTo("404 function-not-found gateway");
  }

  @Test
  void deploy_ifMatch_isHonoured() {
    byte[] module = Guests.saying("matched");
    acme.publish(module);
    String manifest = RunningNode.manifest("matched", module, "");
    Answered first = put(manifest, "*");
    assertThat(first.problem()).isEqualTo("412 precondition-failed gateway");
    String tag = acme.deploy("matched", manifest).header("etag");

    assertThat(put(manifest + "  limits: {timeout: 1s}\n", "\"v9\"").status()).isEqualTo(412);
    assertThat(put(manifest + "  limits: {timeout: 1s}\n", tag).status()).isEqualTo(201);
    assertThat(put(manifest + "  limits: {timeout: 2s}\n", tag).status()).isEqualTo(412);
    assertThat(get(acme.path("/functions/matched")).json().path("version").asInt()).isEqualTo(2);
  }

  private static Answered put(String manifest, String ifMatch) {
    return node.request("PUT", acme.path("/functions/matched"))
        .operator()
        .field("Content-Type", "application/yaml")
        .field("If-Match", ifMatch)
        .body(manifest)
        .send();
  }

  @Test
  void form_hostile_isRefused() {
    byte[] module = Guests.echo();
    String signature = Signatures.sign(acme.key, acme.statement(module));
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("module", module);
    parts.put("signature", signature.getBytes(StandardCharsets.US_ASCII));
    byte[] good = RunningNode.multipart(parts);
    String text = new String(good, StandardCharsets.ISO_8859_1);
    String closing = "--boundary-of-the-form--\r\n";
    String open = text.substring(0, text.length() - closing.length());

    int number = 0;
    for (String body :
        List.of(
            "",
            "rubbish",
            closing,
            "--boundary-of-the-form\r\n",
            text.substring(0, text.length() / 2),
            open.substring(0, open.length() / 2) + closing,
            open + open + closing,
            text.replace("name=\"signature\"", "name=\"other\""),
            text.replace("name=\"module\"", "name=\"signature\""),
            text.replace("form-data; ", ""),
            text.replace("application/octet-stream", "multipart/mixed; boundary=inner"),
            "--boundary-of-the-form\r\n".repeat(1_000) + closing,
            "--boundary-of-the-form\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n"
                    .repeat(100)
                + closing)) {
      assertThat(form(body, "boundary-of-the-form").problem())
          .as("form " + number++)
          .isIn(INVALID, "422 invalid-module gateway", "422 invalid-signature gateway");
    }
    for (String boundary : List.of("other", "", "\"", "x".repeat(1_000))) {
      assertThat(form(text, boundary).problem()).as(abbreviated(boundary)).isEqualTo(INVALID);
    }
  }

  @Test
  void form_mutated_neverFailsThePlatform() {
    Seed seed = Seed.orElse(42);
    Random random = seed.random();
    byte[] module = Guests.failing();
    String signature = Signatures.sign(acme.key, acme.statement(module));
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("module", module);
    parts.put("signature", signature.getBytes(StandardCharsets.US_ASCII));
    byte[] good = RunningNode.multipart(parts);

    for (int i = 0; i < 300; i++) {
      byte[] bad = good.clone();
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      Answered answered =
          form(new String(bad, StandardCharsets.ISO_8859_1), "boundary-of-the-form");
      assertThat(answered.status()).as("form %d, %s: %s", i, seed, answered).isLessThan(500);
    }
  }

  private static Answered form(String body, String boundary) {
    return node.request("POST", acme.path("/modules"))
        .operator()
        .field("Content-Type", "multipart/form-data; boundary=" + boundary)
        .body(body.getBytes(StandardCharsets.ISO_8859_1))
        .send();
  }

  private static String abbreviated(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "...";
  }
}
