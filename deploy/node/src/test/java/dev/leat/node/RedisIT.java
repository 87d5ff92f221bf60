package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.RedisServer;
import dev.leat.worker.redis.RedisConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose functions keep their values in a Redis. */
class RedisIT {
  private static final String COUNTING =
      "  route: {auth: public}\n  capabilities: {keyValue: {}}\n";

  @TempDir private Path directory;

  @Test
  void values_areInTheRedis_whichMayBeAway_andGoWithTheTenant() throws IOException {
    assumeTrue(RedisServer.isInstalled(), "redis-server is not installed");
    byte[] counter = Files.readAllBytes(Path.of("../../sdk/samples/counter/counter.wasm"));
    try (RedisServer redis = RedisServer.start();
        RunningNode node = RunningNode.start(config(redis.url()))) {
      Workshop acme = node.workshop("acme");
      acme.deploy("counter", counter, COUNTING);
      for (int i = 1; i <= 3; i++) {
        assertThat(acme.call("POST", "counter/visits").send().text())
            .isEqualTo("{\"count\":%d}".formatted(i));
      }
      assertThat(acme.setQuota("{\"keys\":1}").status()).isEqualTo(200);
      assertThat(acme.call("POST", "counter/others").send().status()).isEqualTo(507);

      redis.stop();
      assertThat(acme.call("POST", "counter/visits").send().status()).isEqualTo(503);
      assertThat(acme.request("GET", "/quota").operator().send().status()).isEqualTo(503);
      assertThat(node.request("GET", "/health/ready").send().status()).isEqualTo(200);
      Workshop brief = node.workshop("brief");
      brief.deploy("counter", counter, COUNTING);
      assertThat(node.request("DELETE", "/v1/tenants/brief?force=true").operator().send().status())
          .as("tenants come and go without it")
          .isEqualTo(204);
      redis.restart();
      Eventually.holds(
          "it is connected again",
          () -> acme.call("POST", "counter/visits").send().text().equals("{\"count\":1}"));
      assertThat(
              acme.request("GET", "/quota").operator().send().json().at("/standing/0/used").asInt())
          .isEqualTo(1);

      assertThat(node.request("DELETE", "/v1/tenants/acme?force=true").operator().send().status())
          .isEqualTo(204);
      Workshop next = node.workshop("acme");
      next.deploy("counter", counter, COUNTING);
      assertThat(next.call("GET", "counter/visits").send().text()).isEqualTo("{\"count\":0}");
      node.assertNothingHeld();
    }
  }

  private NodeConfig config(String url) {
    return NodeConfig.embedded(directory.resolve("data"), NodeConfig.DEFAULT_HOST, 0)
        .with(new RedisConfig(url, "", "", "leat:kv:"));
  }
}
