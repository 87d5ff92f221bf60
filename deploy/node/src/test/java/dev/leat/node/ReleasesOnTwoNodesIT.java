package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** Traffic, going back and aliases on a cluster of two: what one node does, both do within 1 s. */
class ReleasesOnTwoNodesIT {
  /** 1 s, which is promised, and room for a machine that is loaded: the report has what it took. */
  private static final Duration SEEN_WITHIN = Duration.ofSeconds(1 + 4);

  @TempDir private Path directory;
  private long longestNanos;

  @Test
  void eachFollowsTheOther(TestReporter report) throws Exception {
    try (TestDatabase database = TestDatabase.postgres();
        Connection connection = database.dataSource().getConnection()) {
      DatabaseConfig tables =
          new DatabaseConfig(
              connection.getMetaData().getURL(),
              "postgres",
              new Secret(""),
              DatabaseConfig.POOL_SIZE);
      try (RunningNode a = RunningNode.start(directory, tables, "a");
          RunningNode b = RunningNode.start(directory, tables, "b", a)) {
        Workshop acme = a.workshop("acme");
        acme.deployPublic("mask", Guests.saying("one"));
        assertThat(quietly(acme, Guests.saying("two")).status()).isEqualTo(201);
        assertSeen("a version without traffic", () -> says(b, "mask:v2", "two"));
        assertThat(says(b, "mask", "one")).isTrue();

        assertThat(put(a, "traffic", "{\"weights\":{\"v2\":100}}").status()).isEqualTo(200);
        assertThat(says(a, "mask", "two")).as("at once where it was done").isTrue();
        assertSeen("traffic", () -> says(b, "mask", "two"));

        assertThat(rollback(b).json().path("weights")).hasToString("{\"v1\":100}");
        assertThat(says(b, "mask", "one")).isTrue();
        assertSeen("going back", () -> says(a, "mask", "one"));
        assertThat(rollback(a).json().path("revision"))
            .as("asked for again, elsewhere")
            .isEqualTo(rollback(b).json().path("revision"));

        assertThat(put(a, "aliases/stable", "{\"version\":\"v1\"}").status()).isEqualTo(200);
        assertSeen("an alias", () -> says(b, "mask:stable", "one"));
        assertThat(put(b, "aliases/stable", "{\"version\":\"v2\"}").status()).isEqualTo(200);
        assertSeen("its move", () -> says(a, "mask:stable", "two"));

        assertThat(put(b, "traffic", "{\"weights\":{\"v1\":50,\"v2\":50}}").status())
            .isEqualTo(200);
        assertSeen("a split", () -> says(a, "mask", "two"));
        assertSplit(a);
        assertSplit(b);

        assertThat(rollback(a).json().path("weights")).hasToString("{\"v1\":100}");
        Answered started =
            a.request("POST", "/v1/tenants/acme/functions/mask/rollout")
                .operator()
                .json("{\"to\":\"v2\",\"steps\":[50,100],\"intervalSeconds\":1}")
                .send();
        assertThat(started.status()).as(started.toString()).isEqualTo(201);
        Eventually.holds("its last step is taken", () -> state(b).equals("promoted"));
        assertSeen("the last step", () -> says(a, "mask", "two") && says(b, "mask", "two"));
      }
    }
    report.publishEntry("longest until seen, ms", Long.toString(longestNanos / 1_000_000));
  }

  private static String state(RunningNode node) {
    return node.request("GET", "/v1/tenants/acme/functions/mask/rollout")
        .operator()
        .send()
        .json()
        .path("state")
        .asText();
  }

  /** Each node gives each version its half by itself, and says which one answered. */
  private static void assertSplit(RunningNode node) {
    int first = 0;
    for (int i = 0; i < 100; i++) {
      Answered answered = call(node, "mask");
      assertThat(answered.header("leat-function-version"))
          .isEqualTo(answered.text().equals("one") ? "v1" : "v2");
      first += answered.text().equals("one") ? 1 : 0;
    }
    assertThat(first).isBetween(48, 52);
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

  private static Answered put(RunningNode node, String below, String body) {
    return node.request("PUT", "/v1/tenants/acme/functions/mask/" + below)
        .operator()
        .json(body)
        .send();
  }

  /** Without a body: to the version before. */
  private static Answered rollback(RunningNode node) {
    Answered answered =
        node.request("POST", "/v1/tenants/acme/functions/mask:rollback").operator().send();
    assertThat(answered.status()).as(answered.toString()).isEqualTo(200);
    return answered;
  }

  private static boolean says(RunningNode node, String function, String text) {
    return call(node, function).text().equals(text);
  }

  private static Answered call(RunningNode node, String function) {
    return node.request("POST", "/f/acme/" + function).body("").send();
  }

  private void assertSeen(String what, BooleanSupplier isSeen) {
    long begin = System.nanoTime();
    Eventually.holds(what, isSeen);
    long nanos = System.nanoTime() - begin;
    longestNanos = Math.max(longestNanos, nanos);
    assertThat(Duration.ofNanos(nanos)).as(what).isLessThan(SEEN_WITHIN);
  }
}
