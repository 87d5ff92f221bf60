package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.ModuleDigest;
import dev.leat.node.Node;
import dev.leat.node.NodeConfig;
import dev.leat.testkit.Eventually;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command against a real node. */
class WalkIT {
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
  void demo_enrich_asksTheDemosServerOnce_andAnotherTenantMayNot() throws IOException {
    Path data = directory.resolve("data");
    try (Node node = Node.start(NodeConfig.embedded(data, "127.0.0.1", 0));
        DemoServer customers = DemoServer.start(data)) {
      URI server = URI.create(node.url());
      ApiClient api =
          new ApiClient(server, new BearerToken(Files.readString(node.operatorToken()).strip()));
      Demo demo = new Demo(api, server, data, InstantSource.system(), customers);
      demo.prepare(List.of(Sample.load("enrich")));
      demo.prepare(List.of(Sample.load("enrich"))); // a start anew changes nothing
      Cli cli = new Cli(directory);
      done(cli.run("login", server, "--token-file", node.operatorToken(), "--tenant", "demo"));

      Cli.Result first = cli.run("invoke", "enrich", "-i", "--data", "{\"customer\":1}");
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

  /** What it printed. */
  private static String done(Cli.Result result) {
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result.out();
  }
}
