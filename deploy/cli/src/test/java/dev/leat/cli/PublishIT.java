package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.ModuleDigest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code sign}, {@code verify}, {@code publish}, {@code module} and {@code deploy}. */
class PublishIT {
  private static final byte[] CONTENT = {0, 'a', 's', 'm', 1, 0, 0, 0, '\r', '\n', (byte) 0xff};
  private static final ModuleDigest DIGEST = ModuleDigest.of(CONTENT);
  private static final String MODULE =
      "{\"name\":\"mask\",\"version\":\"1.0.0\",\"digest\":\"" + DIGEST + "\",\"size\":11}";

  private final RecordingServer server = new RecordingServer();
  private final PublisherJwk key = PublisherJwk.generate();
  @TempDir Path directory;
  private Cli cli;
  private Path module;
  private Path manifest;

  @BeforeEach
  void writeFiles() throws IOException {
    cli = new Cli(directory).loggedIn(server.uri(), "acme");
    module = Files.write(directory.resolve("mask.wasm"), CONTENT);
    manifest =
        Files.writeString(
            directory.resolve("leat.yaml"),
            """
            apiVersion: leat/v1
            kind: Function
            metadata: {name: mask}
            spec:
              module: ./mask.wasm
              contract: handler
              limits: {fuel: 50000000, memory: 16Mi}
            """);
    server.answer("publishModule", 201, MODULE);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void publish_sendsTheModuleAndTheSignatureBesideIt() throws IOException {
    String signature = sign();

    Cli.Result result = cli.run("publish", module);

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).endsWith("\n" + DIGEST + "\n");
    RecordingServer.Request request = server.only("publishModule");
    assertThat(request.header("Content-Length")).isEqualTo("" + request.body().length);
    String boundary = "--" + request.header("Content-Type").split("boundary=", -1)[1];
    assertThat(request.text())
        .isEqualTo(
            (boundary
                    + "\nContent-Disposition: form-data; name=\"module\"; filename=\"module.wasm\""
                    + "\nContent-Type: application/wasm\n\nMODULE\n"
                    + boundary
                    + "\nContent-Disposition: form-data; name=\"signature\""
                    + "\nContent-Type: text/plain; charset=utf-8\n\n"
                    + signature
                    + "\n"
                    + boundary
                    + "--\n")
                .replace("\n", "\r\n")
                .replace("MODULE", new String(CONTENT, StandardCharsets.ISO_8859_1)));
  }

  @Test
  void publish_asJson_printsTheModuleAlone() throws IOException {
    sign();

    assertThat(cli.run("publish", module, "-o", "json").json().path("digest").asText())
        .isEqualTo(DIGEST.toString());
  }

  @Test
  void publish_withoutASignature_saysHowToSign() {
    Cli.Result result = cli.run("publish", module);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .contains("is not signed", "Sign it: leat sign " + module + " --name")
        .hasLineCount(1);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void publish_thatIsRefused_tellsEveryFinding() throws IOException {
    sign();
    server.answer(
        "publishModule",
        422,
        """
        {"detail":"The module has 2 problems","code":"invalid-module","requestId":"r",
         "findings":[{"at":"12","message":"no \\u001b[31mmemory"},{"at":"","message":"too big"}]}
        """);

    Cli.Result result = cli.run("publish", module, "-o", "json");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .isEqualTo("The module has 2 problems\n  12: no ?[31mmemory\n  too big\n");
  }

  @Test
  void deploy_ofANewModule_publishesItAndDeploysItsDigest() throws IOException {
    sign();
    server.refuse("getModule", 404, "not-found", "There is no such module");

    Cli.Result result = cli.run("deploy", "-f", manifest);

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).endsWith("\nmask v1\n");
    assertThat(server.requests())
        .extracting(RecordingServer.Request::line)
        .containsExactly(
            "GET /v1/tenants/acme/modules/" + DIGEST,
            "POST /v1/tenants/acme/modules",
            "PUT /v1/tenants/acme/functions/mask");
    JsonNode sent = server.only("deployFunction").json();
    assertThat(sent.at("/spec/module").asText()).isEqualTo(DIGEST.toString());
    assertThat(sent.at("/spec/limits/fuel").isInt()).isTrue();
    assertThat(sent.at("/spec/limits/memory").asText()).isEqualTo("16Mi");
  }

  @Test
  void deploy_withoutTraffic_withANote() {
    cli.run("deploy", "-f", manifest, "--no-traffic", "--note", "a & b");

    assertThat(server.only("deployFunction").line())
        .isEqualTo("PUT /v1/tenants/acme/functions/mask?no-traffic=true&note=a%20%26%20b");
  }

  @Test
  void deploy_ofAModuleThatIsThere_needsNoSignature() {
    Cli.Result result = cli.run("deploy", "-f", manifest, "-o", "json");

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.json().path("label").asText()).isEqualTo("v1");
    assertThat(server.requests())
        .extracting(RecordingServer.Request::operation)
        .containsExactly("getModule", "deployFunction");
  }

  @Test
  void deploy_ofANewModuleWithoutASignature_deploysNothing() {
    server.refuse("getModule", 404, "not-found", "There is no such module");

    Cli.Result result = cli.run("deploy", "-f", manifest);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("is not signed", "leat sign").hasLineCount(1);
    assertThat(server.requests())
        .extracting(RecordingServer.Request::operation)
        .containsExactly("getModule");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "other/mask@1.0.0",
        "mask:latest"
      })
  void deploy_ofAPublishedModule_sendsItsNameAsItIs(String name) throws IOException {
    Files.writeString(manifest, Files.readString(manifest).replace("./mask.wasm", name));

    assertThat(cli.run("deploy", "-f", manifest).exitCode()).isZero();
    assertThat(server.only("deployFunction").json().at("/spec/module").asText()).isEqualTo(name);
  }

  @Test
  void deploy_ofAManifestWithoutAName_tellsAllElseToo() throws IOException {
    Files.writeString(
        manifest, Files.readString(manifest).replace("{name: mask}", "{}").replace("16Mi", "2Gi"));

    Cli.Result result = cli.run("deploy", "-f", manifest);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("which needs metadata.name and spec.module"),
            line -> assertThat(line).isEqualTo("  metadata.name: is missing"),
            line -> assertThat(line).startsWith("  spec.limits.memory: must be a size"));
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void deploy_ofAModuleThatIsHeldBack_tellsTheManifestsMistakesToo() throws IOException {
    server.refuse("getModule", 404, "not-found", "There is no such module");
    Files.writeString(manifest, Files.readString(manifest).replace("16Mi", "2Gi"));

    Cli.Result result = cli.run("deploy", "-f", manifest);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("is not signed"),
            line -> assertThat(line).startsWith("  spec.limits.memory: must be a size"));
  }

  @Test
  void deploy_ofPowersThatAreNotGranted_saysSoOnStandardError() {
    server.answer(
        "deployFunction",
        201,
        """
        {"function":"mask","label":"v1","url":"u",
         "notes":[{"at":"spec.capabilities.http","message":"is not granted by this version"}]}
        """);

    Cli.Result result = cli.run("deploy", "-f", manifest);

    assertThat(result)
        .isEqualTo(
            new Cli.Result(
                0,
                "u\nmask v1\n",
                "Note: spec.capabilities.http: is not granted by this version\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "text", "[]", "{a: 1", "a: 1\na: 2", "a: 1\n---\nb: 2"})
  void deploy_ofNoManifest_isRefused(String yaml) throws IOException {
    Files.writeString(manifest, yaml);

    Cli.Result result = cli.run("deploy", "-f", manifest);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("leat.yaml' ").hasLineCount(1);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void verify_byATenantsKeys() throws IOException {
    sign();

    assertThat(cli.run("verify", module, "--publisher", "acme").err())
        .contains("which tenant 'acme' has not registered");

    server.answer("listKeys", 200, "{\"items\":[%s]}".formatted(registered()));
    assertThat(cli.run("verify", module, "--publisher", "acme").exitCode()).isZero();

    server.answer(
        "listKeys",
        200,
        "{\"items\":[%s]}".formatted(registered().put("revokedAt", "2026-01-31T12:00:00Z")));
    Cli.Result revoked = cli.run("verify", module, "--publisher", "acme");
    assertThat(revoked.exitCode()).isEqualTo(1);
    assertThat(revoked.err()).contains("revoked at 2026-01-31T12:00:00Z");
  }

  @Test
  void show_latest_isTheNewestOfThatVeryName() {
    server.answer(
        "listModules",
        200,
        """
        {"items": [{"name": "unmask", "publisher": "acme", "digest": "sha256:%s"},
                   {"name": "mask", "publisher": "globex", "digest": "sha256:%s"},
                   {"name": "mask", "publisher": "acme", "digest": "%s"},
                   {"name": "mask", "publisher": "acme", "digest": "sha256:%s"}]}
        """
            .formatted("0".repeat(64), "2".repeat(64), DIGEST, "1".repeat(64)));

    assertThat(cli.run("module", "show", "mask:latest").exitCode()).isZero();
    assertThat(server.only("getModule").line()).endsWith("/modules/" + DIGEST);
    assertThat(cli.run("module", "show", "none:latest").err()).contains("no module 'none'");
    assertThat(cli.run("module", "show", "mask.wasm").exitCode()).isEqualTo(2);
  }

  @Test
  void invocations_areAskedForByTheModulesName() {
    server.answer(
        "listModules",
        200,
        """
        {"items": [{"publisher": "acme", "name": "mask", "version": "1.0.0", "digest": "%s"}]}
        """
            .formatted(DIGEST));

    cli.run("invocations", "--module", "mask@1.0.0");

    assertThat(server.only("listInvocations").line()).endsWith("&module=" + DIGEST);
    assertThat(cli.run("invocations", "--module", "mask").exitCode()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "show, getModule, ''",
    "signatures, listModuleSignatures, /signatures",
    "visibility, getModuleVisibility, /visibility",
  })
  void module_byNameAndVersion_isThatOfThePublisher(String verb, String operation, String end) {
    server.answer(
        "listModules",
        200,
        """
        {"items": [{"publisher": "acme", "name": "mask", "version": "1.0.0", "digest": "sha256:%s"},
                   {"publisher": "globex", "name": "mask", "version": "1.0.0", "digest": "%s"},
                   {"publisher": "globex", "name": "mask", "version": "0.9.0", "digest": "sha256:%s"},
                   {"publisher": "acme", "name": "mask", "version": "0.9.0", "digest": "%s"}]}
        """
            .formatted("0".repeat(64), DIGEST, "1".repeat(64), DIGEST));

    assertThat(cli.run("module", verb, "globex/mask@1.0.0").exitCode()).isZero();
    assertThat(cli.run("module", verb, "mask@0.9.0").exitCode()).isZero();

    assertThat(server.requests())
        .filteredOn(request -> request.operation().equals(operation))
        .extracting(RecordingServer.Request::line)
        .hasSize(2)
        .allMatch(line -> line.endsWith("/modules/" + DIGEST + end));
    assertThat(cli.run("module", verb, "mask@2.0.0").err())
        .isEqualTo("Tenant 'acme' has no module acme/mask@2.0.0. List them: leat module list\n");
  }

  @Test
  void download_writesOnlyWhatHasTheDigest() {
    Path out = directory.resolve("out.wasm");
    server.answer("getModuleContent", 200, "other bytes");

    Cli.Result other = cli.run("module", "download", DIGEST, "--out", out);
    assertThat(other.exitCode()).isEqualTo(1);
    assertThat(other.err()).contains("is not module " + DIGEST);
    assertThat(out).doesNotExist();

    ModuleDigest digest = ModuleDigest.of("other bytes".getBytes(StandardCharsets.UTF_8));
    assertThat(cli.run("module", "download", digest, "--out", out).exitCode()).isZero();
    assertThat(out).hasContent("other bytes");
  }

  private ObjectNode registered() {
    return Json.object().put("kid", key.id()).put("x", key.x());
  }

  private String sign() throws IOException {
    String signature =
        SignedModule.sign(CONTENT, "mask", "1.0.0", key, Instant.parse("2026-01-01T00:00:00Z"))
            .signature();
    Files.writeString(directory.resolve("mask.wasm.jws"), signature + "\n");
    return signature;
  }
}
