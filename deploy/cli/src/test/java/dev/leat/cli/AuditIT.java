package dev.leat.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.leat.node.Node;
import dev.leat.node.NodeConfig;
import dev.leat.node.NodeConfigFile;
import dev.leat.testkit.Eventually;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code leat audit} against a real node. */
class AuditIT {
  @TempDir Path directory;

  @Test
  void everyActIsListed_exportedAndVerified_andAnAlteredExportIsNot() throws IOException {
    Cli cli = new Cli(directory);
    Path export = directory.resolve("audit.jsonl");
    Path kept = directory.resolve("checkpoints.json");

    try (Node node = Node.start(NodeConfig.embedded(directory.resolve("data"), "127.0.0.1", 0))) {
      done(cli.run("login", node.url(), "--token-file", node.operatorToken()));
      done(cli.run("tenant", "create", "acme"));
      done(cli.run("quota", "set", "acme", "burst=20", "requests-per-second=10"));
      String token = done(cli.run("token", "create", "--tenant", "acme", "--role", "developer"));
      done(cli.run("tenant", "suspend", "acme"));
      done(cli.run("tenant", "resume", "acme"));

      JsonNode records = cli.run("audit", "list", "--tenant", "acme", "-o", "json").json();
      assertThat(records.findValuesAsText("action"))
          .containsExactly(
              "tenant.state", "tenant.state", "token.create", "quota.set", "tenant.create");
      assertThat(records.findValuesAsText("actor")).containsOnly("operator");
      assertThat(records.findValuesAsText("requestId")).doesNotContain("").doesNotHaveDuplicates();
      assertThat(
              cli.run("audit", "list", "--action", "signing-key", "-o", "json")
                  .json()
                  .findValuesAsText("action"))
          .containsExactly("signing-key.create");
      assertThat(done(cli.run("audit", "export", "--format", "cef")))
          .contains("|quota.set|", "outcome=success");

      done(cli.run("audit", "export", "--out", export));
      assertThat(done(cli.run("audit", "verify", export))).startsWith("Intact: ");
      Files.writeString(kept, done(cli.run("audit", "checkpoints", "-o", "json")));

      Path tokenFile = Files.writeString(directory.resolve("dev.token"), token);
      done(cli.run("login", node.url(), "--token-file", tokenFile, "--profile", "dev"));
      done(cli.run("tenant", "create", "other"));
      done(cli.run("tenant", "delete", "other", "--yes"));
      assertThat(cli.run("audit", "list", "--tenant", "other", "-o", "json").json())
          .as("of one that was deleted")
          .hasSize(2);
      cli.with("LEAT_PROFILE", "dev");
      assertThat(cli.run("audit", "export").err()).contains("operator");
    }

    // Without the node, with the checkpoints that were kept.
    assertThat(done(cli.run("audit", "verify", export, "--checkpoints", kept)))
        .startsWith("Intact: ");
    List<String> lines = Files.readAllLines(export);
    Files.write(export, lines.subList(0, lines.size() - 2));
    assertThat(cli.run("audit", "verify", export, "--checkpoints", kept).err())
        .contains("was altered", "ends at record");
    lines.set(1, lines.get(1).replace("operator", "somebody"));
    Files.write(export, lines);
    assertThat(cli.run("audit", "verify", export, "--checkpoints", kept).err())
        .contains("line 2", "its hash is another");
  }

  @Test
  void recordsAreSentToAWebhook_whichMayBeAwayAtFirst() throws IOException {
    Cli cli = new Cli(directory);
    List<String> received = new CopyOnWriteArrayList<>();
    AtomicInteger asked = new AtomicInteger();
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 1);
    server.createContext(
        "/",
        exchange -> {
          String lines = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          boolean isAway = asked.getAndIncrement() == 0;
          if (!isAway) {
            received.add(lines);
          }
          exchange.sendResponseHeaders(isAway ? 503 : 204, -1);
          exchange.close();
        });
    server.start();
    Path config =
        Files.writeString(
            directory.resolve("node.yaml"),
            "audit: {webhook: 'http://127.0.0.1:" + server.getAddress().getPort() + "/'}");
    NodeConfig defaults = NodeConfig.embedded(directory.resolve("data"), "127.0.0.1", 0);
    try (Node node = Node.start(NodeConfigFile.apply(config, defaults))) {
      done(cli.run("login", node.url(), "--token-file", node.operatorToken()));
      done(cli.run("tenant", "create", "acme"));

      Eventually.holds("it is sent", () -> String.join("", received).contains("tenant.create"));
    } finally {
      server.stop(0);
    }
    assertThat(received.toString()).contains("signing-key.create");
  }

  @Test
  void whatIsDenied_isAddedUpAndRecordedAtTheLatestWithTheStop() throws IOException {
    Cli cli = new Cli(directory);
    NodeConfig config = NodeConfig.embedded(directory.resolve("data"), "127.0.0.1", 0);

    try (Node node = Node.start(config)) {
      done(cli.run("login", node.url(), "--token-file", node.operatorToken()));
      done(cli.run("tenant", "create", "acme"));
      String token = done(cli.run("token", "create", "--tenant", "acme", "--role", "invoker"));
      Path tokenFile = Files.writeString(directory.resolve("dev.token"), token);
      done(cli.run("login", node.url(), "--token-file", tokenFile, "--profile", "dev"));
      cli.with("LEAT_PROFILE", "dev");
      for (int i = 0; i < 3; i++) {
        assertThat(cli.run("tenant", "create", "mine").exitCode()).isEqualTo(1);
      }
    }
    cli.with("LEAT_PROFILE", "default");
    try (Node node = Node.start(config)) {
      done(cli.run("login", node.url(), "--token-file", node.operatorToken()));
      JsonNode denied = cli.run("audit", "list", "--denied", "-o", "json").json();

      assertThat(denied.findValuesAsText("action")).containsExactly("createTenant");
      assertThat(denied.path(0).path("details").asText()).startsWith("times 3, ");
      assertThat(denied.path(0).path("tenant").asText()).isEqualTo("acme");
    }
  }

  /** What it printed. */
  private static String done(Cli.Result result) {
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result.out();
  }
}
