package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.Eventually;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a function may ask of the host, from who says so to what it is denied. */
@Timeout(180)
class PermissionsIT {
  private static final String LOGGING =
      "  route: {auth: public}\n  capabilities: {logging: true}\n";

  @TempDir private Path directory;
  private RunningNode node;
  private Workshop acme;

  @BeforeEach
  void start() {
    node = RunningNode.start(directory);
    acme = node.workshop("acme");
    acme.deploy("chatty", Guests.logging("hello"), LOGGING);
  }

  @AfterEach
  void stop() {
    node.assertNothingHeld();
    node.close();
  }

  private Answered set(String permissions) {
    return set(permissions, acme.token("tenant-admin"));
  }

  private Answered set(String permissions, String token) {
    return acme.request("PUT", "/functions/chatty/permissions")
        .token(token)
        .json("{\"permissions\":" + permissions + "}")
        .send();
  }

  private Answered get(String below) {
    return acme.request("GET", below).operator().send();
  }

  private void call() {
    assertThat(acme.call("POST", "chatty").send().status()).isEqualTo(200);
  }

  private int lines() {
    return get("/functions/chatty/logs").json().path("items").size();
  }

  private String denials() {
    return node.request("GET", "/metrics")
        .operator()
        .send()
        .text()
        .lines()
        .filter(line -> line.startsWith("leat_permission_denials_total{capability=\"logging\"}"))
        .collect(Collectors.joining());
  }

  @Test
  void whatIsTakenAway_isDenied_counted_andGivenBack() {
    call();
    Eventually.holds("the line is kept", () -> lines() == 1);
    assertThat(denials()).endsWith(" 0.0");

    Answered set = set("[{\"type\":\"logging\",\"resource\":\"debug\"}]");
    assertThat(set.status()).as(set.toString()).isEqualTo(200);
    assertThat(set.json().path("denied")).isEmpty();
    call();
    call();

    assertThat(denials()).endsWith(" 2.0");
    JsonNode decision =
        get("/functions/chatty/permissions:check?type=logging&resource=error").json();
    assertThat(decision.path("allowed").asBoolean()).isFalse();
    assertThat(decision.path("by").asText()).isEqualTo("permissions");

    assertThat(acme.request("DELETE", "/functions/chatty/permissions").operator().send().status())
        .isEqualTo(200);
    call();
    Eventually.holds("the line is kept", () -> lines() == 2);
    assertThat(get("/audit").json().path("items"))
        .extracting(record -> record.path("action").asText())
        .contains("permissions.set", "permissions.clear");
  }

  @Test
  void logLevel_leavesLinesBelowItOut_atOnce_andGoesWithTheFunction() {
    Answered set =
        acme.request("PUT", "/functions/chatty/log-level")
            .token(acme.token("developer"))
            .json("{\"level\":\"off\"}")
            .send();
    assertThat(set.status()).as(set.toString()).isEqualTo(200);
    call();
    assertThat(denials()).endsWith(" 0.0");
    acme.request("PUT", "/functions/chatty/log-level")
        .operator()
        .json("{\"level\":\"error\"}")
        .send();
    call();
    Eventually.holds("the second line is kept", () -> lines() == 1);

    acme.request("PUT", "/functions/chatty/log-level")
        .operator()
        .json("{\"level\":\"off\"}")
        .send();
    acme.request("DELETE", "/functions/chatty").operator().send();
    assertThat(get("/functions/chatty/log-level").status()).isEqualTo(404);
    acme.deploy("chatty", Guests.logging("hello"), LOGGING);
    assertThat(get("/functions/chatty/log-level").json().path("level").asText()).isEqualTo("debug");
    assertThat(get("/audit").json().path("items"))
        .extracting(record -> record.path("action").asText())
        .contains("log-level.set");
    for (String bad : new String[] {"{\"level\":\"loud\"}", "{}", "{\"level\":\"off\",\"x\":1}"}) {
      assertThat(
              acme.request("PUT", "/functions/chatty/log-level")
                  .operator()
                  .json(bad)
                  .send()
                  .problem())
          .isEqualTo("400 invalid-request gateway");
    }
    assertThat(
            acme.request("PUT", "/functions/none/log-level")
                .operator()
                .json("{\"level\":\"off\"}")
                .send()
                .status())
        .isEqualTo(404);
  }

  @Test
  void whatWasAskedFor_isTold_withTheSmallestManifestForIt() {
    acme.request("DELETE", "/functions/chatty").operator().send();
    acme.deploy(
        "chatty",
        Guests.logging("hello"),
        LOGGING.replace("true}", "true, metrics: true, keyValue: {namespace: default}}"));
    call();
    call();
    set("[{\"type\":\"logging\",\"resource\":\"debug\"}]");
    call();

    Eventually.holds(
        "its calls are over",
        () -> get("/functions/chatty/capabilities").json().at("/used/0/denied").asInt() == 1);
    JsonNode review = get("/functions/chatty/capabilities?days=1").json();
    assertThat(review.path("used").toString())
        .isEqualTo("[{\"type\":\"logging\",\"resource\":\"error\",\"allowed\":2,\"denied\":1}]");
    assertThat(review.path("suggested").toString()).isEqualTo("{\"logging\":true}");
    assertThat(review.path("unused").toString()).isEqualTo("[\"metrics\",\"keyValue\"]");

    for (String days : new String[] {"0", "31", "x"}) {
      assertThat(get("/functions/chatty/capabilities?days=" + days).problem())
          .isEqualTo("400 invalid-request gateway");
    }
    assertThat(get("/functions/nobody/capabilities").status()).isEqualTo(404);
  }

  /** What is denied is recorded when the node stops, if the minute has not passed. */
  @Test
  void denied_isInTheAuditLog_onceForAllTimes() {
    set("[]");
    for (int i = 0; i < 5; i++) {
      call();
    }
    node.close();
    node = RunningNode.start(directory);

    JsonNode records =
        node.request("GET", "/v1/tenants/acme/audit?action=logging").operator().send().json();

    assertThat(records.path("items")).hasSize(1);
    JsonNode record = records.at("/items/0");
    assertThat(record.path("actor").asText()).isEqualTo("function chatty");
    assertThat(record.path("resource").asText()).isEqualTo("error");
    assertThat(record.path("allowed").asBoolean()).isFalse();
    assertThat(record.path("details").asText()).startsWith("times 5, ");
  }

  @Test
  void powersOfTheTenant_takenAway_areDeniedToWhatIsDeployed() {
    call();
    acme.request("PUT", "/powers").operator().json("{\"allow\":[]}").send();
    call();

    assertThat(denials()).endsWith(" 1.0");
    assertThat(get("/functions/chatty/permissions").json().path("denied"))
        .hasToString("[\"logging\"]");
  }

  @Test
  void developer_looksAndChangesNothing() {
    String developer = acme.token("developer");

    assertThat(set("[]", developer).problem()).isEqualTo("403 forbidden gateway");
    assertThat(
            acme.request("GET", "/functions/chatty/permissions").token(developer).send().status())
        .isEqualTo(200);
  }

  @Test
  void badPermissions_areRefusedWithEachFinding() {
    Answered refused =
        set("[{\"type\":\"http:raed\"},{\"type\":\"http:read\",\"resource\":\"x\"}]");

    assertThat(refused.problem()).isEqualTo("400 invalid-request gateway");
    assertThat(refused.json().path("findings")).hasSize(2);
    assertThat(refused.text()).contains("did you mean http:read?");
    String tooMany =
        IntStream.range(0, 10_000)
            .mapToObj(i -> "{\"type\":\"config\"}")
            .collect(Collectors.joining(",", "[", "]"));
    assertThat(set(tooMany).status()).isIn(400, 413);
    String one = "{\"type\":\"config\",\"resource\":\"" + "x".repeat(257) + "\"}";
    assertThat(set("[" + one + "]").problem()).isEqualTo("400 invalid-request gateway");
    assertThat(get("/functions/chatty/permissions").json().has("permissions")).isFalse();
  }

  @Test
  void deploymentOfWhatPermissionsDeny_isNoted() {
    set("[{\"type\":\"metrics\"}]");

    Answered deployed =
        acme.deploy(
            "chatty",
            NodeUnderTest.manifest(
                "chatty", Guests.logging("hello"), LOGGING + "  config: {a: 1}\n"));

    assertThat(deployed.json().path("notes"))
        .extracting(note -> note.path("at").asText() + " " + note.path("message").asText())
        .containsExactly(
            "spec.capabilities.logging is denied: the function's permissions allow no logging (leat"
                + " permissions show chatty)");
  }

  @Test
  void ifMatch_tellsOfAChangeBetween() {
    String tag = set("[]").header("etag");
    assertThat(set("[{\"type\":\"logging\"}]").header("etag")).isNotEqualTo(tag);

    assertThat(
            acme.request("PUT", "/functions/chatty/permissions")
                .operator()
                .field("If-Match", tag)
                .json("{\"permissions\":[]}")
                .send()
                .problem())
        .isEqualTo("412 precondition-failed gateway");
  }

  @Test
  void deploymentThatAsksForMore_isAcceptedOrRefused() {
    String manifest =
        NodeUnderTest.manifest(
            "chatty",
            Guests.logging("hello"),
            "  route: {auth: public}\n  capabilities: {logging: true, config: true}\n");

    Answered refused = acme.deploy("chatty", manifest);
    assertThat(refused.problem()).isEqualTo("409 acceptance-required gateway");
    assertThat(refused.json().at("/findings/0/message").asText())
        .isEqualTo("v2 asks for config, which v1 does not");

    Answered accepted =
        acme.request("PUT", "/functions/chatty?accept=true")
            .operator()
            .field("Content-Type", "application/yaml")
            .body(manifest)
            .send();
    assertThat(accepted.status()).as(accepted.toString()).isEqualTo(201);
  }
}
