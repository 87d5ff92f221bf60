package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.ModuleDigest;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.AnotherJvm;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.TestDatabase;
import dev.leat.testkit.WasmBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting, stopping, being killed, and what is found afterwards. */
class NodeLifecycleIT {
  @TempDir private Path directory;

  @Test
  void restart_findsEverythingAgain() {
    String token;
    String operator;
    try (RunningNode node = RunningNode.start(directory)) {
      Workshop acme = node.workshop("acme");
      acme.deploy("echo", Guests.echo(), "  instances: {min: 1}\n");
      acme.setQuota("{\"concurrency\":7}");
      token = acme.token("invoker");
      operator = node.operatorToken();
    }

    try (RunningNode node = RunningNode.start(directory)) {
      assertThat(node.operatorToken()).isEqualTo(operator);
      Answered answered = node.request("POST", "/f/acme/echo").token(token).body("hello").send();
      assertThat(answered.text()).isEqualTo("hello");
      Answered quota = node.request("GET", "/v1/tenants/acme/quota").token(operator).send();
      assertThat(quota.json().path("concurrency").asInt()).isEqualTo(7);
      assertThat(node.request("GET", "/metrics").operator().send().text())
          .as("what was published before is loaded, not compiled")
          .contains("leat_modules_compiled_total 0.0");
      assertThat(
              node.request("GET", "/v1/tenants/acme/modules")
                  .operator()
                  .send()
                  .json()
                  .path("items"))
          .hasSize(1);
    }
  }

  @Test
  void modules_deletedOrRefused_leaveNothingOnTheDisk() throws IOException {
    try (RunningNode node = RunningNode.start(directory)) {
      Workshop acme = node.workshop("acme");
      Set<Path> before = stored();
      assertThat(acme.publish(Guests.echo()).status()).isEqualTo(201);
      assertThat(stored()).as("bytes and classes").hasSize(before.size() + 2);

      String module = "/modules/" + ModuleDigest.of(Guests.echo());
      assertThat(acme.request("DELETE", module).operator().send().status()).isEqualTo(204);
      byte[] greedy =
          new WasmBuilder().importFunction("env", "system", "(i32)->i32").memory(1).build();
      assertThat(acme.publish(greedy).problem()).startsWith("422 invalid-module");

      assertThat(stored()).isEqualTo(before);
    }
  }

  private Set<Path> stored() throws IOException {
    Set<Path> files = new TreeSet<>();
    for (String store : List.of("blobs", "classes")) {
      try (Stream<Path> entries = Files.walk(directory.resolve(store))) {
        entries.filter(Files::isRegularFile).forEach(files::add);
      }
    }
    return files;
  }

  /** A process that publishes and deploys, and then waits to be killed. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) throws IOException {
      RunningNode node = RunningNode.start(Path.of(arguments[0]));
      Workshop acme = node.workshop("acme");
      acme.deployPublic("echo", Guests.echo());
      System.out.println("deployed " + acme.token("invoker"));
      System.in.read();
    }
  }

  @Test
  void kill_losesNothingThatWasAnswered() throws IOException, InterruptedException {
    Process victim =
        AnotherJvm.of(List.of("-Xmx512m"), Victim.class, directory.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String token;
    try (BufferedReader out = victim.inputReader(StandardCharsets.UTF_8)) {
      token =
          out.lines()
              .filter(line -> line.startsWith("deployed "))
              .findFirst()
              .orElseThrow()
              .substring("deployed ".length());
    } finally {
      victim.destroyForcibly();
    }
    assertThat(victim.waitFor(30, TimeUnit.SECONDS)).isTrue();

    try (RunningNode node = RunningNode.start(directory)) {
      Answered answered = node.request("POST", "/f/acme/echo").token(token).body("hello").send();
      assertThat(answered.text()).isEqualTo("hello");
    }
  }

  @Test
  void start_onTheDirectoryOfAnotherNode_saysSo() {
    try (RunningNode node = RunningNode.start(directory)) {
      assertThatThrownBy(
              () -> Node.start(NodeConfig.embedded(directory, NodeConfig.DEFAULT_HOST, 0)))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "Another node uses the data directory %s. Stop it, or choose another with --data."
                  .formatted(directory));
      assertThat(node.request("GET", "/health/ready").send().status()).isEqualTo(200);
    }
  }

  @Test
  void start_onAPortInUse_saysSoAndLetsGoOfTheDirectory() {
    try (RunningNode node = RunningNode.start(directory.resolve("first"))) {
      NodeConfig second =
          NodeConfig.embedded(directory.resolve("second"), NodeConfig.DEFAULT_HOST, node.port());

      assertThatThrownBy(() -> Node.start(second))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Cannot listen on 127.0.0.1:" + node.port())
          .hasMessageContaining("--port");
    }

    RunningNode.start(directory.resolve("second")).close();
  }

  @Test
  void close_twice_doesNothingMore() {
    RunningNode node = RunningNode.start(directory);

    node.node.close();
    node.close();
  }

  @Test
  void close_whileAFunctionRuns_waitsForItsAnswer() throws Exception {
    RunningNode node = RunningNode.start(directory);
    Workshop acme = node.workshop("acme");
    acme.deploy(
        "spin",
        Guests.spinning(),
        "  route: {auth: public}\n  limits: {timeout: 3s, fuel: 9000000000000000000}\n");
    acme.deployPublic("echo", Guests.echo());

    try (RawConnection running = new RawConnection(node.port());
        RawConnection late = new RawConnection(node.port())) {
      running.send("GET /f/acme/spin HTTP/1.1\r\nHost: x\r\n\r\n");
      Eventually.holds("it runs", () -> node.node.assembly.scheduler.inFlight() == 1);
      CompletableFuture<Void> closing = closing(node);

      // New connections are refused meanwhile, and those that are open asked to leave.
      Eventually.holds("the node takes no new connections", () -> isRefused(node.port()));
      late.send("HEAD /f/acme/echo HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(late.readHead().toLowerCase(Locale.ROOT)).contains("connection: close");
      assertThat(late.readAll()).as("the node ends it").isEmpty();
      assertThat(running.readHead()).startsWith("HTTP/1.1 504 ");
      assertThat(running.readAll()).contains("function-timeout");
      closing.get(30, TimeUnit.SECONDS);
    }
  }

  private static boolean isRefused(int port) {
    try (RawConnection connection = new RawConnection(port)) {
      connection.send("GET");
      return false;
    } catch (UncheckedIOException e) {
      return true;
    }
  }

  /** At once, on a thread of its own: the common ones may be busy. */
  private static CompletableFuture<Void> closing(RunningNode node) {
    return CompletableFuture.runAsync(node::close, task -> Thread.ofPlatform().start(task));
  }

  @Test
  void close_whileALargeAnswerIsWritten_writesItWhole() throws Exception {
    RunningNode node = RunningNode.start(directory);
    Workshop acme = node.workshop("acme");
    acme.deploy(
        "large",
        Guests.talkative(2_000_000),
        "  route: {auth: public}\n  limits: {response: 2Mi}\n");

    try (RawConnection connection = new RawConnection(node.port())) {
      connection.send("GET /f/acme/large HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(connection.readHead()).startsWith("HTTP/1.1 200 ");
      CompletableFuture<Void> closing = closing(node);

      assertThat(connection.readAll()).hasSize(2_000_000);
      closing.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void postgres_takesTheWholeWay() throws SQLException {
    try (TestDatabase database = TestDatabase.postgres()) {
      String url;
      try (Connection connection = database.dataSource().getConnection()) {
        url = connection.getMetaData().getURL();
      }
      NodeConfig config =
          NodeConfig.embedded(directory, NodeConfig.DEFAULT_HOST, 0)
              .with(new DatabaseConfig(url, "postgres", new Secret(""), DatabaseConfig.POOL_SIZE));
      String token;
      try (RunningNode node = RunningNode.start(config)) {
        Workshop acme = node.workshop("acme");
        acme.deploy("echo", Guests.echo(), "");
        token = acme.token("invoker");
        assertThat(call(node, token).text()).isEqualTo("hello");
        assertNulIsNoDefect(acme);
      }
      try (RunningNode node = RunningNode.start(config)) {
        assertThat(call(node, token).text()).isEqualTo("hello");
        node.request("DELETE", "/v1/tenants/acme?force=true").operator().send();
        assertThat(call(node, token).status()).isEqualTo(401);
      }
    }
  }

  /** PostgreSQL takes no NUL in a text. */
  private static void assertNulIsNoDefect(Workshop acme) {
    for (String path :
        List.of(
            "/keys/a%00", "/tokens/a%00", "/functions/a%00", "/modules/a%00", "/modules?q=a%00")) {
      for (String method : List.of("GET", "DELETE")) {
        assertThat(acme.request(method, path).operator().send().status())
            .as(method + " " + path)
            .isBetween(400, 405);
      }
    }
    String key = RunningNode.newKey().toPublicJWK().toJSONString();
    Answered named =
        acme.request("POST", "/keys")
            .operator()
            .json(key.replace("{", "{\"name\":\"a\\u0000\","))
            .send();
    assertThat(named.status()).as(named.toString()).isEqualTo(400);
    acme.deploy("nul", Guests.echo(), "  capabilities: {config: true}\n  config: {a: \"\\0\"}\n");
  }

  private static Answered call(RunningNode node, String token) {
    return node.request("POST", "/f/acme/echo").token(token).body("hello").send();
  }

  @Test
  void samples_runAsDeployed() {
    try (RunningNode node = RunningNode.start(directory)) {
      Workshop acme = node.workshop("acme");
      for (String sample : List.of("noop", "echo-json")) {
        acme.deployPublic(sample, sample(sample));
        assertThat(acme.call("POST", sample).body("{\"a\":1}").send().status())
            .as(sample)
            .isEqualTo(200);
      }
    }
  }

  private static byte[] sample(String name) {
    String resource = "/dev/leat/samples/%s/%s.wasm".formatted(name, name.replace('-', '_'));
    try (var in = NodeLifecycleIT.class.getResourceAsStream(resource)) {
      return java.util.Objects.requireNonNull(in, resource).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
