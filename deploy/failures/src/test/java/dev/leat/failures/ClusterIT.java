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
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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

  /** Longer than what is looked at takes. */
  private static final Duration SLOW = Duration.ofSeconds(15);

  /** A dead gateway's places are the others' again. */
  private static final Duration PLACES_BACK = Duration.ofSeconds(5);

  /** Whoever is turned away is told so sooner. */
  private static final Duration SETTLED = Duration.ofMillis(500);

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
      cluster.deploy("slow", Witness.module(SLOW), SPEC + "  route: {auth: public}\n");
      allShowAll(cluster, front, mixed);
      everyGatewayCalls(token, front, mixed);
      workerAlone_isNoGateway(back, token);
      aSchedule_isFiredOnce(cluster, front);
      quotas_holdOnOtherNodes(cluster, front, mixed, token);
      revocations_holdOnOtherNodes(cluster, front, mixed, token);
      aKilledNode_isLost_andItsPlacesComeBack(cluster, front, mixed);
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

  /** Its time is set in the database, since none fires more often than each minute. */
  private static void aSchedule_isFiredOnce(Cluster cluster, NodeProcess front) throws IOException {
    int status =
        cluster
            .controlPlane(front)
            .status(
                "POST",
                "/v1/tenants/load/schedules",
                "application/json",
                "{\"id\":\"yearly\",\"function\":\"quick\",\"cron\":\"0 0 1 1 *\",\"data\":\"eA==\"}");
    assertThat(status).isEqualTo(201);
    cluster.tables().execute("UPDATE schedules SET next_at = date_trunc('minute', now())");
    Eventually.holds(
        "its call is done",
        () ->
            cluster.tables().count("SELECT COUNT(*) FROM async_results WHERE state = 'done'") == 1);
    assertThat(
            cluster
                .controlPlane(front)
                .get("/v1/tenants/load/schedules/yearly")
                .at("/last/outcome")
                .asText())
        .isEqualTo("accepted");
    assertThat(cluster.tables().count("SELECT SUM(accepted) FROM async_counts")).isOne();
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

  /** Of six places each gateway has three, and lends two while it does not use them. */
  private void aKilledNode_isLost_andItsPlacesComeBack(
      Cluster cluster, NodeProcess front, NodeProcess mixed) throws IOException {
    String quota = "/v1/tenants/load/quota";
    cluster.controlPlane(front).status("PUT", quota, "application/json", "{\"concurrency\":6}");
    fill(mixed, 5);

    mixed.kill();
    long killedNanos = System.nanoTime();
    fill(front, 6);
    assertThat(Duration.ofNanos(System.nanoTime() - killedNanos))
        .isLessThan(PLACES_BACK.plus(SETTLED));
    Eventually.holds(
        "the killed one is lost", () -> "lost".equals(members(cluster, front).get("mixed")));
    assertThat(members(cluster, front))
        .containsEntry("front", "ready")
        .containsEntry("back", "ready");
  }

  /** Until so many calls are in flight there, that were not turned away. */
  private void fill(NodeProcess gateway, int places) {
    Map<CompletableFuture<?>, Long> calls = new HashMap<>();
    Eventually.holds(
        gateway.name() + " lets " + places + " in",
        () -> {
          calls.keySet().removeIf(CompletableFuture::isDone);
          if (calls.size() <= places) {
            calls.put(
                http.sendAsync(
                    request(gateway, "/f/load/slow", Map.of(), "x"), BodyHandlers.discarding()),
                System.nanoTime());
          }
          long now = System.nanoTime();
          return calls.values().stream().filter(at -> now - at > SETTLED.toNanos()).count()
              >= places;
        });
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

  private static HttpRequest request(
      NodeProcess gateway, String path, Map<String, String> headers, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(gateway.url() + path))
            .timeout(Duration.ofSeconds(30))
            .POST(BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return request.build();
  }

  private HttpResponse<String> call(NodeProcess gateway, String token, String body) {
    try {
      Map<String, String> authorization = Map.of("Authorization", "Bearer " + token);
      return http.send(request(gateway, QUICK, authorization, body), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
