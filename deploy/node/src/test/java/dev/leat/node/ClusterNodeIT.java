package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.leat.cluster.ClusterConfig;
import dev.leat.contract.NodeRole;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.CuttableProxy;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node of a cluster does that one alone does not. Its nodes are in this JVM. */
class ClusterNodeIT {
  /** Longer than anything before its end takes here. */
  private static final ClusterConfig LONG_NOTICE =
      new ClusterConfig(
          ClusterConfig.DEFAULT.name(),
          0,
          Duration.ofSeconds(300),
          ClusterConfig.DEFAULT.kubernetes());

  private static final Set<NodeRole> ALL = EnumSet.allOf(NodeRole.class);
  private static final List<InetSocketAddress> BOOTSTRAP = List.of();

  /** Nothing listens there. */
  private static final InetSocketAddress NOWHERE =
      InetSocketAddress.createUnresolved("127.0.0.1", 1);

  @TempDir private Path directory;
  private final TestDatabase database = TestDatabase.postgres();
  private CuttableProxy proxy;
  private DatabaseConfig tables;

  @BeforeEach
  void connect() throws IOException, SQLException {
    try (Connection connection = database.dataSource().getConnection()) {
      String url = connection.getMetaData().getURL();
      proxy = CuttableProxy.to(URI.create(url.substring("jdbc:".length())).getPort());
      tables =
          new DatabaseConfig(
              url.replaceFirst("//[^/]*/", "//127.0.0.1:" + proxy.port() + "/"),
              "postgres",
              new Secret(""),
              DatabaseConfig.POOL_SIZE);
    }
  }

  @AfterEach
  void disconnect() throws IOException {
    proxy.close();
    database.close();
  }

  @Test
  void join_ofWhatIsNot_isRefusedWithTheRemedy() {
    assertThatThrownBy(() -> Node.start(config("a", 0, List.of(NOWHERE))))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "No node of the cluster answers at 127.0.0.1:1. Correct --join, or start the first node"
                + " with --bootstrap.");
  }

  @Test
  void bootstrap_onAPortInUse_saysWhich() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();

      assertThatThrownBy(() -> Node.start(config("a", port, BOOTSTRAP)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("127.0.0.1:" + port)
          .hasMessageContaining("--cluster-port");
    }
  }

  @Test
  void name_ofAnotherThatLives_isRefused_andOfOneThatLeftIsNot() {
    try (RunningNode node = RunningNode.start(config("a", 0, BOOTSTRAP))) {
      assertThatThrownBy(() -> Node.start(config(directory.resolve("other"), "a", 0, BOOTSTRAP)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("A node named 'a' is in the cluster already, at http://127.0.0.1:")
          .hasMessageContaining("--name");
      assertThat(member(node, "a").path("state").asText()).isEqualTo("ready");
    }

    RunningNode.start(config("a", 0, BOOTSTRAP)).close();
  }

  @Test
  void replaced_isToldToWhoeverWaitsForIt() throws Exception {
    try (RunningNode node = RunningNode.start(config("a", 0, BOOTSTRAP))) {
      CompletableFuture<Void> replaced =
          CompletableFuture.runAsync(
              () -> {
                try {
                  node.node.awaitReplaced();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              },
              task -> Thread.ofPlatform().daemon().start(task));

      database.execute(
          "UPDATE leases SET holder = 'another', fence = nextval('lease_fences'),"
              + " held_until = CURRENT_TIMESTAMP + INTERVAL '1' HOUR WHERE name = 'node/a'");

      replaced.get(30, TimeUnit.SECONDS);
    }
  }

  /** All nodes of the cluster have the database that is away: none answered otherwise. */
  @Test
  void databaseAway_isReadyStill_andSaysSo() {
    try (RunningNode node = RunningNode.start(config("a", 0, BOOTSTRAP))) {
      Workshop acme = node.workshop("acme");
      acme.deployPublic("echo", Guests.echo());

      proxy.cut();
      Eventually.holds(
          "the node says so", () -> ready(node).json().path("database").asText().equals("away"));

      assertThat(ready(node).status()).isEqualTo(200);
      assertThat(acme.call("POST", "echo").body("hello").send().text()).isEqualTo("hello");
      assertThat(
              node.request("POST", "/v1/tenants")
                  .operator()
                  .json("{\"name\":\"more\"}")
                  .send()
                  .problem())
          .startsWith("503 store-unavailable");
      assertThat(member(node, "a").path("state").asText()).isEqualTo("ready");

      proxy.mend();
      Eventually.holds("it is back", () -> !ready(node).json().has("database"));
    }
  }

  @Test
  void close_givesNotice_servesOnMeanwhile_andLeaves() throws Exception {
    try (RunningNode stays = RunningNode.start(config("a", 0, BOOTSTRAP))) {
      Workshop acme = stays.workshop("acme");
      acme.deployPublic("echo", Guests.echo());
      RunningNode leaves =
          RunningNode.start(
              config(
                      directory.resolve("b"),
                      "b",
                      0,
                      List.of(address(member(stays, "a").path("clusterAddress").asText())))
                  .with(LONG_NOTICE));
      Eventually.holds("it is known", () -> stateOf(stays, "b").equals("ready"));

      Thread closing = Thread.ofPlatform().start(leaves.node::close);
      Eventually.holds("others know", () -> stateOf(stays, "b").equals("draining"));
      Answered ready = leaves.request("GET", "/health/ready").send();
      Answered called = leaves.request("POST", "/f/acme/echo").body("hello").send();

      assertThat(ready.status()).isEqualTo(503);
      assertThat(called.text()).isEqualTo("hello");
      assertThat(called.headers().firstValue("connection")).hasValue("close");
      closing.interrupt();
      assertThat(closing.join(Duration.ofSeconds(60))).isTrue();
      Eventually.holds("it has left", () -> stateOf(stays, "b").isEmpty());
      leaves.close();
    }
  }

  /** Whichever node lets a call in, and whichever runs it: it is counted, and charged, once. */
  @Test
  void usage_addsUpOverNodes_andSoDoesWhatIsChargedToTheHour() {
    try (RunningNode one = RunningNode.start(config("a", 0, BOOTSTRAP))) {
      Workshop acme = one.workshop("acme");
      acme.deployPublic("echo", Guests.echo());
      assertThat(acme.call("POST", "echo").body("hello").send().status()).isEqualTo(200);
      assertThat(acme.setQuota("{\"fuel-per-hour\":1}").status()).isEqualTo(200);
      try (RunningNode two =
          RunningNode.start(
              config(
                  directory.resolve("b"),
                  "b",
                  0,
                  List.of(address(member(one, "a").path("clusterAddress").asText()))))) {
        assertThat(two.request("POST", "/f/acme/echo").body(new byte[5]).send().status())
            .isEqualTo(200);
        assertThat(two.request("POST", "/f/acme/echo").send().status()).isEqualTo(429);

        Eventually.holds("the other knows", () -> acme.call("POST", "echo").send().status() == 429);
        Eventually.holds(
            "all are counted", () -> invocations(one) >= 2 && invocations(one) == records(two));
      }
    }
  }

  private static int records(RunningNode asked) {
    return asked
        .request("GET", "/v1/tenants/acme/invocations")
        .operator()
        .send()
        .json()
        .path("items")
        .size();
  }

  private static long invocations(RunningNode asked) {
    long sum = 0;
    Answered used = asked.request("GET", "/v1/tenants/acme/usage?by=day").operator().send();
    for (JsonNode item : used.json().path("items")) {
      sum += item.path("invocations").asLong();
    }
    return sum;
  }

  private static Answered ready(RunningNode node) {
    return node.request("GET", "/health/ready").send();
  }

  private static String stateOf(RunningNode asked, String name) {
    return member(asked, name).path("state").asText();
  }

  private static JsonNode member(RunningNode asked, String name) {
    JsonNode members = asked.request("GET", "/v1/cluster").operator().send().json().path("members");
    for (JsonNode member : members) {
      if (member.path("name").asText().equals(name)) {
        return member;
      }
    }
    return MissingNode.getInstance();
  }

  private static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    return InetSocketAddress.createUnresolved(
        text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  private NodeConfig config(String name, int clusterPort, List<InetSocketAddress> join) {
    return config(directory.resolve(name), name, clusterPort, join);
  }

  private NodeConfig config(Path data, String name, int clusterPort, List<InetSocketAddress> join) {
    NodeConfig config = NodeConfig.embedded(data, NodeConfig.DEFAULT_HOST, 0);
    return config
        .with(tables)
        .at(new ClusterPlace(name, NodeConfig.DEFAULT_HOST, clusterPort, join), ALL);
  }
}
