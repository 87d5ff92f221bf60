package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.ModuleDigest;
import dev.leat.node.Node;
import dev.leat.node.NodeConfig;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.H2Server;
import dev.leat.testkit.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command against a real node. */
class WalkIT {
  private static final String TRANSFER = "{\"from\":\"ada\",\"to\":\"bob\",\"cents\":250}";
  private static final String TOO_MUCH = TRANSFER.replace("250", "5000");
  private static final String MOVED = "{\"ada\":750,\"bob\":250}";

  @TempDir Path directory;

  @Test
  void walk_fromAnEmptyNodeToAnInvocation() throws IOException {
    Cli cli = new Cli(directory);
    Sample sample = Sample.load("mask-pii");
    Path module = Files.write(directory.resolve("mask_pii.wasm"), sample.module());
    Path key = directory.resolve("acme.jwk");
    Path body = Files.writeString(directory.resolve("in.json"), "{\"email\":\"ada@example.org\"}");
    Path manifest =
        Files.write(directory.resolve("leat.yaml"), Json.bytes(sample.manifest().document()));

    try (Node node = Node.start(NodeConfig.embedded(directory.resolve("data"), "127.0.0.1", 0))) {
      done(cli.run("login", node.url(), "--token-file", node.operatorToken()));
      done(cli.run("tenant", "create", "acme"));
      done(cli.run("quota", "set", "acme", "requests-per-second=1000", "burst=2000"));
      String token = done(cli.run("token", "create", "--tenant", "acme", "--role", "developer"));
      Path tokenFile = Files.writeString(directory.resolve("dev.token"), token);
      cli.with("LEAT_PROFILE", "acme");
      done(cli.run("login", node.url(), "--token-file", tokenFile, "--tenant", "acme"));
      done(cli.run("key", "generate", "--out", key));
      done(cli.run("key", "register", key));
      done(cli.run("sign", module, "--key", key, "--name", "mask", "--version", "1.0.0"));
      done(cli.run("verify", module, "--publisher", "acme"));

      assertThat(done(cli.run("publish", module)))
          .endsWith("\n" + ModuleDigest.of(sample.module()) + "\n");
      assertThat(cli.run("analyze", module, "-o", "json").json())
          .isEqualTo(
              new ApiClient(URI.create(node.url()), new BearerToken(token.strip()))
                  .get(
                      "/v1/tenants/acme/modules/"
                          + ModuleDigest.of(sample.module())
                          + "/analysis"));
      assertThat(done(cli.run("validate", module))).contains("is valid for the contract handler");
      assertThat(done(cli.run("deploy", "-f", manifest))).endsWith("\nmask-pii v1\n");
      assertThat(done(cli.run("invoke", "mask-pii", "--data", "@" + body)))
          .isEqualTo("{\"email\":\"***\"}");
      assertThat(cli.run("show", "mask-pii", "--version", "v1", "-o", "json").json().at("/label"))
          .hasToString("\"v1\"");
      assertThat(done(cli.run("invoke", "mask-pii", "-i", "--data", "@" + body)))
          .containsPattern("\nleat-fuel: [0-9]+\n");
      for (String list : new String[] {"list", "versions mask-pii", "module list", "key list"}) {
        assertThat(cli.run((Object[]) (list + " -o json").split(" ", -1)).json()).hasSize(1);
      }
      Eventually.holds(
          "its record is kept", () -> cli.run("invocations", "-o", "json").json().size() == 2);
      String id = cli.run("invocations", "-o", "json").json().path(0).path("id").asText();
      JsonNode record = cli.run("invocations", "show", id, "-o", "json").json();
      assertThat(record.path("caller").asText()).isEqualTo("developer");
      assertThat(record.path("module").asText())
          .isEqualTo(ModuleDigest.of(sample.module()).toString());
      assertThat(
              cli.run(
                      "invocations",
                      "--of-version",
                      "v1",
                      "--caller",
                      "developer",
                      "--module",
                      record.path("module").asText(),
                      "-o",
                      "json")
                  .json())
          .contains(record);
      assertThat(cli.run("invocations", "show", "none").err()).contains("There is no record");
      cli.with("LEAT_PROFILE", "default");
      done(cli.run("quota", "set", "acme", "burst=none", "requests-per-second=-1"));
      assertThat(done(cli.run("quota", "show", "acme"))).contains("has no quotas");
      done(cli.run("quota", "set", "acme", "--function", "mask-pii", "concurrency=4"));
      assertThat(done(cli.run("audit", "list", "--resource", "acme/mask-pii")))
          .contains("quota.set")
          .doesNotContain("tenant.create");
      cli.with("LEAT_PROFILE", "acme");
      done(cli.run("delete", "mask-pii"));
      assertThat(cli.run("invoke", "mask-pii").exitCode()).isEqualTo(1);
    }
  }

  @Test
  void up_withTheDemo_isReadyWithFunctionsAndPrivateTokens() throws IOException {
    Path data = directory.resolve("data");

    String out =
        done(
            new Cli(directory)
                .run("up", "--data", data, "--port", "0", "--demo", "--stop-when-ready"));

    assertThat(out.lines().toList())
        .satisfiesExactly(
            ready -> assertThat(ready).startsWith("Leat is ready at http://127.0.0.1:"),
            call -> assertThat(call).startsWith("curl ").endsWith("/f/demo/mask-pii"));
    for (String file : new String[] {"operator.token", "demo.token", "demo.jwk"}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(file))))
          .isEqualTo("rw-------");
    }
  }

  /** The address of this machine is the demo tenant's alone. */
  @Test
  void demo_reachesItsServerAndItsDatabase_andAnotherTenantWhatItsOperatorSays()
      throws IOException {
    Path data = directory.resolve("data");
    try (Node node = Node.start(NodeConfig.embedded(data, "127.0.0.1", 0));
        DemoServer customers = DemoServer.start(data)) {
      URI server = URI.create(node.url());
      ApiClient api =
          new ApiClient(server, new BearerToken(Files.readString(node.operatorToken()).strip()));
      Demo demo =
          new Demo(
              api,
              server,
              data,
              InstantSource.system(),
              customers,
              node::setUp,
              missing -> {
                throw new AssertionError(missing);
              });
      List<Sample> samples = List.of(Sample.load("enrich"), Sample.load("ledger"));
      demo.prepare(samples);
      demo.prepare(samples); // a start anew changes nothing
      Cli cli = new Cli(directory);
      done(cli.run("login", server, "--token-file", node.operatorToken(), "--tenant", "demo"));

      Cli.Result first = patiently(cli, "x-cache: miss", "enrich", "--data", "{\"customer\":1}");
      Cli.Result second = cli.run("invoke", "enrich", "-i", "--data", "{\"customer\":1}");

      assertThat(first.out())
          .contains("leat-function-version: v1", "x-cache: miss")
          .endsWith("{\"customer\":{\"id\":1,\"name\":\"Ada\"}}");
      assertThat(second.out()).contains("x-cache: hit");
      assertThat(cli.run("tenant", "powers", "demo").out()).contains(customers.address());

      done(cli.run("tenant", "create", "other"));
      done(cli.run("key", "generate"));
      done(cli.run("key", "register", "--tenant", "other"));
      Path module = Files.write(directory.resolve("enrich.wasm"), Sample.load("enrich").module());
      done(cli.run("sign", module, "--name", "enrich", "--version", "1.0.0"));
      Path manifest =
          Files.writeString(
              directory.resolve("leat.yaml"),
              """
              {apiVersion: leat/v1, kind: Function, metadata: {name: enrich}, spec: {
               module: ./enrich.wasm, contract: handler, config: {base_url: "URL"},
               capabilities: {config: true, http: {allow: ["URL"]}}}}
              """
                  .replace("URL", customers.uri().toString()));
      done(cli.run("deploy", "-f", manifest, "--tenant", "other"));
      assertThat(
              cli.run("invoke", "enrich", "--data", "{\"customer\":1}", "--tenant", "other").out())
          .contains("is not allowed");

      var unused = patiently(cli, "has too little", "ledger", "--data", TOO_MUCH);
      assertThat(done(cli.run("invoke", "ledger", "--data", TRANSFER))).isEqualTo(MOVED);
      demo.prepare(samples);
      assertThat(cli.run("invoke", "ledger", "-i", "--data", TRANSFER.replace("250", "751")).out())
          .as("a start anew keeps what was moved")
          .contains("409", "has too little");
      otherLedger(cli);
    }
    // Denials are recorded once a minute, or when the node stops.
    try (Node again = Node.start(NodeConfig.embedded(data, "127.0.0.1", 0))) {
      Cli cli = new Cli(directory);
      done(cli.run("login", again.url(), "--token-file", again.operatorToken()));
      assertThat(done(cli.run("audit", "list", "--tenant", "other", "--denied", "-o", "json")))
          .contains("function ledger", "database:write", "main/transfers");
    }
  }

  /** By a connection that an operator made, to a database of the tenant's own. */
  private void otherLedger(Cli cli) throws IOException {
    try (TestDatabase database = TestDatabase.h2("ledger-of-other")) {
      database.execute("CREATE TABLE accounts (name VARCHAR(63) PRIMARY KEY, cents BIGINT)");
      database.execute("INSERT INTO accounts VALUES ('ada', 1000), ('bob', 0)");
      database.execute("CREATE TABLE transfers (from_account TEXT, to_account TEXT, cents BIGINT)");
      String url = H2Server.url("ledger-of-other");
      done(cli.run("connection", "create", "other", "main", "--url", url, "--user", "sa"));
      Sample ledger = Sample.load("ledger");
      Path module = Files.write(directory.resolve("ledger.wasm"), ledger.module());
      done(cli.run("sign", module, "--name", "ledger", "--version", "1.0.0"));
      ObjectNode manifest = ledger.manifest().document().deepCopy();
      Path file = Files.write(directory.resolve("ledger.yaml"), Json.bytes(manifest));
      done(cli.run("deploy", "-f", file, "--tenant", "other"));

      var unused =
          patiently(cli, "has too little", "ledger", "--data", TOO_MUCH, "--tenant", "other");
      assertThat(done(cli.run("invoke", "ledger", "--data", TRANSFER, "--tenant", "other")))
          .isEqualTo(MOVED);

      manifest
          .withObject("/spec/capabilities/database")
          .putArray("allow")
          .add("read:accounts")
          .add("write:accounts");
      Files.write(file, Json.bytes(manifest));
      done(cli.run("deploy", "-f", file, "--tenant", "other"));
      assertThat(cli.run("invoke", "ledger", "-i", "--data", TRANSFER, "--tenant", "other").out())
          .contains("503", "Nothing was moved");
      done(cli.run("connection", "delete", "other", "main"));
      assertThat(cli.run("invoke", "ledger", "-i", "--data", TRANSFER, "--tenant", "other").out())
          .contains("503");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--port 70000, 2, '--port must be 0-65535, was 70000'",
    "--config none.yaml, 1, Cannot read file 'none.yaml': it does not exist",
  })
  void up_thatCannotBe_saysWhy(String options, int exitCode, String message) {
    Cli.Result result =
        new Cli(directory)
            .run((Object[]) ("up --data " + directory + " " + options).split(" ", -1));

    assertThat(result.exitCode()).isEqualTo(exitCode);
    assertThat(result.err()).isEqualTo(message + "\n");
  }

  @Test
  void up_withABadConfiguration_tellsAllItsProblems() throws IOException {
    Path config = directory.resolve("config.yaml");
    Files.write(config, "guests: 3\nworker: {guest-threads: no}".getBytes(StandardCharsets.UTF_8));

    Cli.Result result = new Cli(directory).run("up", "--data", directory, "--config", config);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("guests", "worker.guest-threads").hasLineCount(1);
  }

  /** Calls until it is answered so: the first of its kind may take longer than the sample waits. */
  private static Cli.Result patiently(Cli cli, String answer, Object... call) {
    Object[] words = Stream.concat(Stream.of("invoke", "-i"), Stream.of(call)).toArray();
    List<Cli.Result> results = new ArrayList<>();
    Eventually.holds(
        "it is answered with " + answer,
        () -> {
          results.add(cli.run(words));
          return results.getLast().out().contains(answer);
        });
    return results.getLast();
  }

  /** What it printed. */
  private static String done(Cli.Result result) {
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result.out();
  }
}
