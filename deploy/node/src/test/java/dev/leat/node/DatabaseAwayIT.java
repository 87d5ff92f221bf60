package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.CuttableProxy;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.TestDatabase;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose database goes away while it runs, and comes back. */
class DatabaseAwayIT {
  private static final int CALLS = 20;

  @TempDir private Path directory;

  @AfterEach
  void freeTheDisk() {
    FaultyDisk.setFull(directory, false);
  }

  @Test
  void diskFull_operationsAnswer503AndInvocationsGoOn_untilThereIsRoomAgain() {
    NodeConfig config = with(FaultyDisk.database(directory)).with(BlobPlace.DATABASE);
    try (RunningNode node = RunningNode.start(config)) {
      Workshop acme = node.workshop("acme");
      acme.deployPublic("echo", Guests.echo());
      assertThat(readiness(node).status()).isEqualTo(200);

      FaultyDisk.setFull(directory, true);
      Answered first = addTenant(node);
      assertUnavailable(first);
      assertThat(first.text()).contains("disk is full");
      assertAwayButCalled(node, acme);

      FaultyDisk.setFull(directory, false);
      assertWorksAgain(node, acme);
    }

    try (RunningNode node = RunningNode.start(config)) {
      Answered tenants = node.request("GET", "/v1/tenants").operator().send();
      assertThat(tenants.text()).contains("\"acme\"").contains("\"more\"");
    }
  }

  @Test
  void postgresAway_operationsAnswer503AndInvocationsGoOn_untilItIsBack() throws Exception {
    try (TestDatabase database = TestDatabase.postgres();
        Connection connection = database.dataSource().getConnection();
        CuttableProxy proxy =
            CuttableProxy.to(URI.create(url(connection).substring("jdbc:".length())).getPort())) {
      String url = url(connection).replaceFirst("//[^/]*/", "//127.0.0.1:" + proxy.port() + "/");
      DatabaseConfig config =
          new DatabaseConfig(url, "postgres", new Secret(""), DatabaseConfig.POOL_SIZE);
      try (RunningNode node = RunningNode.start(with(config))) {
        Workshop acme = node.workshop("acme");
        acme.deployPublic("echo", Guests.echo());

        proxy.cut();
        assertUnavailable(addTenant(node));
        assertAwayButCalled(node, acme);

        proxy.mend();
        assertWorksAgain(node, acme);
      }
    }
  }

  private static String url(Connection connection) throws SQLException {
    return connection.getMetaData().getURL();
  }

  private NodeConfig with(DatabaseConfig database) {
    return NodeConfig.embedded(directory, NodeConfig.DEFAULT_HOST, 0).with(database);
  }

  private static void assertAwayButCalled(RunningNode node, Workshop acme) {
    Eventually.holds("the node says so", () -> readiness(node).status() == 503);
    assertUnavailable(readiness(node));
    for (int i = 0; i < CALLS; i++) {
      assertThat(acme.call("POST", "echo").body("hello").send().text()).isEqualTo("hello");
      assertUnavailable(addTenant(node));
    }
    assertUnavailable(acme.publish(Guests.saying("later")));
    assertThat(node.request("GET", "/health/live").send().status()).isEqualTo(200);
  }

  private static void assertWorksAgain(RunningNode node, Workshop acme) {
    Eventually.holds("the node is ready again", () -> readiness(node).status() == 200);
    assertThat(addTenant(node).status()).isEqualTo(201);
    acme.deployPublic("again", Guests.saying("again"));
    assertThat(acme.call("POST", "again").body("").send().text()).isEqualTo("again");
    Eventually.holds("what happened meanwhile is recorded, too", () -> recorded(acme) == CALLS + 1);
  }

  private static int recorded(Workshop acme) {
    return acme.request("GET", "/invocations?limit=100")
        .operator()
        .send()
        .json()
        .path("items")
        .size();
  }

  private static Answered addTenant(RunningNode node) {
    return node.request("POST", "/v1/tenants").operator().json("{\"name\":\"more\"}").send();
  }

  private static Answered readiness(RunningNode node) {
    return node.request("GET", "/health/ready").send();
  }

  private static void assertUnavailable(Answered answered) {
    assertThat(answered.problem()).startsWith("503 store-unavailable");
    assertThat(answered.json().path("retryable").asBoolean()).isTrue();
    assertThat(answered.headers().firstValue("retry-after")).isPresent();
  }
}
