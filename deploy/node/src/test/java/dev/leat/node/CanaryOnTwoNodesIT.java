package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A canary on a cluster of two: what comes to both gateways is judged as one, whoever judges. */
class CanaryOnTwoNodesIT {
  @TempDir private Path directory;

  @Test
  void bothNodesFigures_areAddedUp_andTheOneThatIsLeftJudgesOn() throws Exception {
    try (TestDatabase database = TestDatabase.postgres();
        Connection connection = database.dataSource().getConnection()) {
      DatabaseConfig tables =
          new DatabaseConfig(
              connection.getMetaData().getURL(),
              "postgres",
              new Secret(""),
              DatabaseConfig.POOL_SIZE);
      try (RunningNode a = RunningNode.start(directory, tables, "a")) {
        try (RunningNode b = RunningNode.start(directory, tables, "b", a)) {
          Workshop acme = a.workshop("acme");
          acme.deployPublic("mask", Guests.saying("one"));
          assertThat(quietly(acme, Guests.failing()).status()).isEqualTo(201);
          Eventually.holds("the other node has heard of both", () -> knows(b, "v2"));
          assertThat(
                  start(b, "{\"to\":\"v2\",\"strategy\":\"canary\",\"steps\":[50,100]}").status())
              .isEqualTo(201);
          Eventually.holds("both release it", () -> isSplit(a) && isSplit(b));
          int before = (int) calls(rollout(a));
          // Too few of each on each node, and enough in all.
          call(a, 30);
          call(b, 30);
          Eventually.holds("both nodes' calls are known", () -> calls(rollout(a)) >= before + 60);
          assertThat(rollout(b).at("/verdict/verdict").asText()).isEqualTo("inconclusive");
          assertThat(rollout(b).path("state").asText()).isEqualTo("running");
          call(b, 40);
        }
        // What the node counted that is gone stays, and the other one judges, whoever did before.
        call(a, 40);
        Eventually.holds(
            "it goes back", () -> rollout(a).path("state").asText().equals("rolled-back"));
        JsonNode ended = rollout(a);
        assertThat(ended.at("/verdict/verdict").asText()).isEqualTo("fail");
        assertThat(ended.at("/verdict/reason").asText()).contains("error-share: 100.00% of ");
        assertThat(ended.at("/verdict/controlCalls").asInt()).isGreaterThanOrEqualTo(50);
        Eventually.holds("all callers have the old one", () -> call(a, 10) == 0);
      }
    }
  }

  private static boolean knows(RunningNode node, String version) {
    return node.request("GET", "/v1/tenants/acme/functions/mask/versions/" + version)
            .operator()
            .send()
            .status()
        == 200;
  }

  private static long calls(JsonNode rollout) {
    return rollout.at("/verdict/controlCalls").asLong()
        + rollout.at("/verdict/canaryCalls").asLong();
  }

  private static boolean isSplit(RunningNode node) {
    return call(node, 2) == 1;
  }

  /** How many of so many failed. */
  private static int call(RunningNode node, int times) {
    int failed = 0;
    for (int i = 0; i < times; i++) {
      Answered answered = node.request("POST", "/f/acme/mask").body("").send();
      failed += answered.status() == 200 ? 0 : 1;
    }
    return failed;
  }

  private static JsonNode rollout(RunningNode node) {
    return node.request("GET", "/v1/tenants/acme/functions/mask/rollout").operator().send().json();
  }

  private static Answered start(RunningNode node, String body) {
    return node.request("POST", "/v1/tenants/acme/functions/mask/rollout")
        .operator()
        .json(body)
        .send();
  }

  private static Answered quietly(Workshop workshop, byte[] module) {
    assertThat(workshop.publish(module).status()).isEqualTo(201);
    return workshop
        .request("PUT", "/functions/mask?no-traffic=true")
        .operator()
        .field("Content-Type", "application/yaml")
        .body(NodeUnderTest.manifest("mask", module, "  route: {auth: public}\n"))
        .send();
  }
}
