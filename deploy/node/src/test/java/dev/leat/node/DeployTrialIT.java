package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.Eventually;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A version is brought up once before it is deployed. */
class DeployTrialIT {
  private static final String ENDLESS = "  limits: {timeout: 5m, fuel: 9000000000000000000}\n";

  private static RunningNode node;

  @BeforeAll
  static void start(@TempDir Path directory) {
    node = RunningNode.start(directory);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void deploy_initRefusesItsConfiguration_isRefusedWithTheReason() {
    Workshop acme = node.workshop("refused");

    Answered answered = acme.tryDeploy("init", Guests.refusingInit(), "");

    assertThat(answered.problem()).isEqualTo("422 invalid-manifest gateway");
    assertThat(answered.json().path("findings").get(0).path("message").asText())
        .isEqualTo("makes a function that does not initialise: init refused its configuration");
    assertThat(acme.request("GET", "/functions/init").operator().send().status()).isEqualTo(404);
    assertThat(acme.call("POST", "init").operator().send().status()).isEqualTo(404);
    acme.deployPublic("init", Guests.echo());
    assertThat(acme.call("POST", "init").body("x").send().header("leat-function-version"))
        .isEqualTo("v1");
  }

  @Test
  void deploy_tooLittleFuelToInitialise_saysWhichLimit() {
    Answered answered =
        node.workshop("fuel").tryDeploy("init", Guests.endlessInit(), "  limits: {fuel: 1000}\n");

    assertThat(answered.json().path("findings").get(0).path("at").asText())
        .as(answered.toString())
        .isEqualTo("spec.limits.fuel");
  }

  @Test
  void deploy_clientGoes_endsTheTrial() throws Exception {
    Workshop acme = node.workshop("gone");
    assertThat(acme.publish(Guests.endlessInit()).status()).isEqualTo(201);
    String manifest = RunningNode.manifest("init", Guests.endlessInit(), ENDLESS);

    try (RawConnection client = new RawConnection(node.port())) {
      client.send(
          "PUT /v1/tenants/gone/functions/init HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
              + node.operatorToken()
              + "\r\nContent-Type: application/yaml\r\nContent-Length: "
              + manifest.length()
              + "\r\n\r\n"
              + manifest);
      Eventually.holds(
          "it is tried", () -> node.node.assembly.running.worker.trialsUnderWay() == 1);
    }

    Eventually.holds("it ends", () -> node.node.assembly.running.worker.trialsUnderWay() == 0);
    acme.deployPublic("echo", Guests.echo());
  }

  @Test
  void deploy_tenantGoes_endsTheTrial() throws Exception {
    Workshop acme = node.workshop("deleted");
    CompletableFuture<Answered> deploying =
        CompletableFuture.supplyAsync(() -> acme.tryDeploy("init", Guests.endlessInit(), ENDLESS));
    Eventually.holds("it is tried", () -> node.node.assembly.running.worker.trialsUnderWay() == 1);

    assertThat(node.request("DELETE", "/v1/tenants/deleted?force=true").operator().send().status())
        .isEqualTo(204);

    assertThat(deploying.get(30, TimeUnit.SECONDS).problem()).startsWith("503 overloaded");
  }

  @Test
  void tenant_deletedAndMadeAgain_hasItsFunctionsWarm() {
    for (int i = 0; i < 2; i++) {
      Workshop acme = node.workshop("again");
      acme.deployPublic("echo", Guests.echo());
      for (int call = 0; call < 3; call++) {
        Answered answered = acme.call("POST", "echo").body("x").send();
        assertThat(answered.header("server-timing"))
            .as("tenant %d, call %d", i, call)
            .doesNotContain("cold");
        Eventually.holds(
            "its instance is put back",
            () -> node.node.assembly.running.worker.busyInstances() == 0);
      }
      assertThat(node.request("DELETE", "/v1/tenants/again?force=true").operator().send().status())
          .isEqualTo(204);
    }
  }
}
