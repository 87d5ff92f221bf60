package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.TenantId;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.registry.key.Signatures;
import dev.leat.tenants.Tenant;
import dev.leat.tenants.jdbi.JdbiTenantStore;
import dev.leat.testkit.CuttableProxy;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.TestDatabase;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes on one PostgreSQL, each with files of its own: what one does, the other sees. */
class TwoNodesIT {
  private static final Duration AWAY = Duration.ofSeconds(10);

  /** 1 s, which is promised, and room for a machine that is loaded: the report has what it took. */
  private static final Duration SEEN_WITHIN = Duration.ofSeconds(1 + 4);

  @TempDir private Path here;
  @TempDir private Path there;
  private long longestNanos;

  @Test
  void eachSeesWhatTheOtherDoes_alsoAfterTheDatabaseWasAway(TestReporter report) throws Exception {
    try (TestDatabase database = TestDatabase.postgres();
        Connection connection = database.dataSource().getConnection()) {
      String url = connection.getMetaData().getURL();
      int port = URI.create(url.substring("jdbc:".length())).getPort();
      try (CuttableProxy proxy = CuttableProxy.to(port)) {
        DatabaseConfig config =
            new DatabaseConfig(
                url.replaceFirst("//[^/]*/", "//127.0.0.1:" + proxy.port() + "/"),
                "postgres",
                new Secret(""),
                DatabaseConfig.POOL_SIZE);
        try (RunningNode a = start(here, config);
            RunningNode b = start(there, config)) {
          assertSeen(a, b, "one");
          assertSeen(b, a, "two");

          proxy.cut();
          long cutNanos = System.nanoTime();
          Eventually.holds("both notice", () -> !isReady(a) && !isReady(b));
          new JdbiTenantStore(database.dataSource())
              .add(new Tenant(new TenantId("meanwhile"), Instant.EPOCH, Tenant.State.ACTIVE), 100);
          Eventually.holds(
              "it was away long enough", () -> System.nanoTime() - cutNanos > AWAY.toNanos());
          proxy.mend();
          assertSeen("what was done meanwhile", () -> exists(a, "meanwhile"));
          assertSeen("what was done meanwhile", () -> exists(b, "meanwhile"));

          Eventually.holds("both are back", () -> isReady(a) && isReady(b));
          assertSeen(a, b, "three");
          assertSeen(b, a, "four");
        }
      }
    }
    report.publishEntry("longest until seen, ms", Long.toString(longestNanos / 1_000_000));
  }

  /** What is done on one node, the other sees; the one at once. */
  private void assertSeen(RunningNode doing, RunningNode seeing, String name) {
    Workshop workshop = doing.workshop(name);
    assertThat(exists(doing, name)).isTrue();
    assertSeen("a tenant", () -> exists(seeing, name));

    byte[] module = Guests.echo();
    publish(workshop, seeing, module);
    Answered deployed =
        workshop.deploy(
            "echo", NodeUnderTest.manifest("echo", module, "  route: {auth: public}\n"));
    assertThat(deployed.status()).as(deployed.toString()).isEqualTo(201);
    assertThat(called(doing, name)).isEqualTo(200);
    assertSeen("a function", () -> called(seeing, name) == 200);

    JsonNode token =
        workshop
            .request("POST", "/tokens")
            .operator()
            .json("{\"roles\":[\"developer\"],\"ttlSeconds\":600}")
            .send()
            .json();
    assertThat(shown(seeing, name, token)).as("one key signs for both").isEqualTo(200);
    assertThat(
            workshop
                .request("DELETE", "/tokens/" + token.path("id").asText())
                .operator()
                .send()
                .status())
        .isEqualTo(204);
    assertThat(shown(doing, name, token)).isEqualTo(401);
    assertSeen("a revocation", () -> shown(seeing, name, token) == 401);

    assertPermitted(doing, seeing, workshop);

    assertRotated(doing, seeing, workshop);

    assertThat(workshop.setQuota("{\"requests-per-second\":1,\"burst\":1}").status())
        .isEqualTo(200);
    assertSeen("a quota", () -> called(seeing, name) == 429);

    assertThat(state(doing, "/v1/tenants/" + name + ":suspend")).isEqualTo("suspended");
    assertThat(called(doing, name)).isEqualTo(403);
    assertSeen("a suspension", () -> called(seeing, name) == 403);
    assertThat(state(doing, "/v1/tenants/" + name + ":resume")).isEqualTo("active");
    assertSeen("its end", () -> called(seeing, name) != 403);

    assertThat(
            doing
                .request("DELETE", "/v1/tenants/" + name + "?force=true")
                .operator()
                .send()
                .status())
        .isEqualTo(204);
    assertThat(exists(doing, name)).isFalse();
    int refused = called(doing, name);
    assertThat(refused).isBetween(401, 404);
    assertSeen("a deletion", () -> !exists(seeing, name) && called(seeing, name) == refused);
  }

  /** The modules' bytes are files of each node, so both must be given them. */
  private static void publish(Workshop workshop, RunningNode seeing, byte[] module) {
    String signature = Signatures.sign(workshop.key, workshop.statement(module));
    assertThat(workshop.publish(module, signature).status()).isEqualTo(201);
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("module", module);
    parts.put("signature", signature.getBytes(StandardCharsets.US_ASCII));
    Answered again =
        seeing.request("POST", workshop.path("/modules")).operator().form(parts).send();
    assertThat(again.status()).as(again.toString()).isLessThan(300);
  }

  /** What one node takes away from a function, the other's instances are denied. */
  private void assertPermitted(RunningNode doing, RunningNode seeing, Workshop workshop) {
    byte[] module = Guests.logging("hello");
    publish(workshop, seeing, module);
    String spec = "  route: {auth: public}\n  capabilities: {logging: true}\n";
    assertThat(workshop.deploy("chatty", NodeUnderTest.manifest("chatty", module, spec)).status())
        .isEqualTo(201);
    String call = "/f/" + workshop.tenant + "/chatty";
    assertSeen("another function", () -> seeing.request("POST", call).send().status() == 200);
    String before = denials(seeing);

    assertThat(
            doing
                .request("PUT", workshop.path("/functions/chatty/permissions"))
                .operator()
                .json("{\"permissions\":[]}")
                .send()
                .status())
        .isEqualTo(200);

    assertSeen(
        "permissions",
        () ->
            seeing.request("POST", call).send().status() == 200 && !denials(seeing).equals(before));
  }

  private static String denials(RunningNode node) {
    return node.request("GET", "/metrics")
        .operator()
        .send()
        .text()
        .lines()
        .filter(line -> line.startsWith("leat_permission_denials_total{capability=\"logging\"}"))
        .findFirst()
        .orElseThrow();
  }

  /** A token of the new key is good on the other node at once, and so are those before it. */
  private void assertRotated(RunningNode doing, RunningNode seeing, Workshop workshop) {
    String before = workshop.token("developer");
    JsonNode keys =
        doing.request("POST", "/v1/signing-key:rotate").operator().json("{}").send().json();
    String after = workshop.token("developer");

    for (RunningNode node : List.of(doing, seeing)) {
      for (String token : List.of(after, before, doing.operatorToken(), seeing.operatorToken())) {
        assertThat(node.request("GET", "/v1/whoami").token(token).send().status()).isEqualTo(200);
      }
      assertThat(
              node.request("GET", "/.well-known/jwks.json").send().json().findValuesAsText("kid"))
          .contains(keys.path("kid").asText(), keys.at("/retired/0/kid").asText());
    }
  }

  private void assertSeen(String what, BooleanSupplier isSeen) {
    long begin = System.nanoTime();
    Eventually.holds(what, isSeen);
    long nanos = System.nanoTime() - begin;
    longestNanos = Math.max(longestNanos, nanos);
    assertThat(Duration.ofNanos(nanos)).as(what).isLessThan(SEEN_WITHIN);
  }

  private static RunningNode start(Path directory, DatabaseConfig database) {
    return RunningNode.start(
        NodeConfig.embedded(directory, NodeConfig.DEFAULT_HOST, 0).with(database));
  }

  private static boolean exists(RunningNode node, String tenant) {
    return node.request("GET", "/v1/tenants/" + tenant).operator().send().status() == 200;
  }

  private static String state(RunningNode node, String change) {
    return node.request("POST", change).operator().send().json().path("state").asText();
  }

  private static int called(RunningNode node, String tenant) {
    return node.request("POST", "/f/" + tenant + "/echo").body("hello").send().status();
  }

  private static int shown(RunningNode node, String tenant, JsonNode token) {
    return node.request("GET", "/v1/tenants/" + tenant + "/functions")
        .token(token.path("token").asText())
        .send()
        .status();
  }

  private static boolean isReady(RunningNode node) {
    return node.request("GET", "/health/ready").send().status() == 200;
  }
}
