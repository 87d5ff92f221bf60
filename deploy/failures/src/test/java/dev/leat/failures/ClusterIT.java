package dev.leat.failures;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.failures.rig.Cluster;
import dev.leat.failures.rig.ControlPlane;
import dev.leat.failures.rig.NodeProcess;
import dev.leat.failures.rig.Place;
import dev.leat.failures.rig.PostgresServer;
import dev.leat.failures.rig.Witness;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.Seed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes of different roles, each in a JVM of its own, are one platform. */
class ClusterIT {
  private static final String SPEC =
      """
        contract: wasi
        instances: {min: 0, max: 8, idle: 5m}
      """;
  private static final String QUICK = "/f/load/quick";

  @TempDir private Path directory;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  void threeNodes_areOnePlatform_andTwoAreStill() throws IOException {
    try (PostgresServer server = PostgresServer.start();
        Cluster cluster = new Cluster(directory, server, server.port(), Seed.orElse(11).random())) {
      NodeProcess front = cluster.node("front", "gateway,scheduler", Place.HERE);
      NodeProcess mixed = cluster.node("mixed", "gateway,worker", Place.HERE);
      NodeProcess back = cluster.node("back", "worker", Place.HERE);
      cluster.start();

      String token = cluster.tenant();
      cluster.deploy("quick", Witness.module(Duration.ZERO), SPEC);
      allShowAll(cluster, front, mixed);
      everyGatewayCalls(token, front, mixed);
      workerAlone_isNoGateway(back, token);
      quotas_holdOnOtherNodes(cluster, front, mixed, token);
      aDeadWorker_isLost_andNotMissed(cluster, front, mixed, back, token);
      revocations_holdOnOtherNodes(cluster, front, mixed, token);
    }
  }

  private static void allShowAll(Cluster cluster, NodeProcess... gateways) {
    for (NodeProcess gateway : gateways) {
      Eventually.holds(
          gateway.name() + " knows all",
          () ->
              members(cluster, gateway)
                  .equals(Map.of("front", "ready", "mixed", "ready", "back", "ready")));
    }
  }

  private static Map<String, String> members(Cluster cluster, NodeProcess asked) {
    try {
      return cluster.members(asked);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void everyGatewayCalls(String token, NodeProcess... gateways) {
    for (NodeProcess gateway : gateways) {
      Eventually.holds(
          gateway.name() + " calls", () -> call(gateway, token, "hello").statusCode() == 200);
      assertThat(call(gateway, token, "hello").body()).isEqualTo("hello");
    }
  }

  private void workerAlone_isNoGateway(NodeProcess back, String token) {
    assertThat(back.status("/health/ready")).isEqualTo(200);
    assertThat(call(back, token, "hello").statusCode()).isEqualTo(404);
  }

  private void quotas_holdOnOtherNodes(
      Cluster cluster, NodeProcess front, NodeProcess mixed, String token) throws IOException {
    ControlPlane control = cluster.controlPlane(front);
    String quota = "/v1/tenants/load/quota";
    control.status("PUT", quota, "application/json", "{\"requests-per-second\":1,\"burst\":1}");
    Eventually.holds(
        "the quota holds on the other gateway",
        () -> call(mixed, token, "hello").statusCode() == 429);
    control.status("PUT", quota, "application/json", "{\"requests-per-second\":-1,\"burst\":-1}");
    Eventually.holds("it holds no more", () -> call(mixed, token, "hello").statusCode() == 200);
  }

  private void aDeadWorker_isLost_andNotMissed(
      Cluster cluster, NodeProcess front, NodeProcess mixed, NodeProcess back, String token) {
    back.kill();
    Eventually.holds(
        "the killed one is lost", () -> "lost".equals(members(cluster, front).get("back")));
    assertThat(members(cluster, mixed)).containsEntry("front", "ready");
    everyGatewayCalls(token, front, mixed);
  }

  private void revocations_holdOnOtherNodes(
      Cluster cluster, NodeProcess front, NodeProcess mixed, String token) throws IOException {
    ControlPlane control = cluster.controlPlane(front);
    JsonNode tokens = control.get("/v1/tenants/load/tokens").path("items");
    control.status(
        "DELETE", "/v1/tenants/load/tokens/" + tokens.get(0).path("id").asText(), "", "");
    Eventually.holds(
        "the token is refused elsewhere", () -> call(mixed, token, "hello").statusCode() == 401);
  }

  private HttpResponse<String> call(NodeProcess gateway, String token, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(gateway.url() + QUICK))
            .timeout(Duration.ofSeconds(30))
            .header("Authorization", "Bearer " + token)
            .POST(BodyPublishers.ofString(body))
            .build();
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
