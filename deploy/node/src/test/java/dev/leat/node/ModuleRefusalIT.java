package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.OctetKeyPair;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.registry.key.Signatures;
import dev.leat.registry.key.Statement;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Modules and manifests that are not accepted, each with its status and code. */
class ModuleRefusalIT {
  private static final String INVALID_MODULE = "422 invalid-module gateway";
  private static final String INVALID_SIGNATURE = "422 invalid-signature gateway";

  @TempDir private static Path directory;
  private static RunningNode node;
  private static Workshop acme;
  private static Workshop other;

  @BeforeAll
  static void start() {
    node = RunningNode.start(directory);
    acme = node.workshop("acme");
    other = node.workshop("other");
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @AfterEach
  void nothingIsHeld() {
    node.assertNothingHeld();
  }

  @Test
  void publish_noWasm_isRefused() {
    byte[] text = "#!/bin/sh\necho hello\n".getBytes(StandardCharsets.US_ASCII);

    assertThat(acme.publish(text).problem()).isEqualTo(INVALID_MODULE);
  }

  @Test
  void publish_truncatedAnywhere_isRefused() {
    byte[] module = Guests.echo();

    for (int length = 1; length < module.length; length += 7) {
      assertThat(acme.publish(Arrays.copyOf(module, length)).problem())
          .as("%d of %d bytes", length, module.length)
          .isIn(INVALID_MODULE, "201");
    }
    assertThat(acme.publish(Arrays.copyOf(module, module.length - 1)).problem())
        .isEqualTo(INVALID_MODULE);
  }

  @Test
  void publish_invalidTypes_isRefused() {
    byte[] module = Guests.handler(new WasmBuilder(), new WasmCode().i32Const(1));

    Answered answered = acme.publish(module);

    assertThat(answered.problem()).isEqualTo(INVALID_MODULE);
    assertThat(answered.json().path("findings")).isNotEmpty();
  }

  @Test
  void publish_unknownImport_namesIt() {
    byte[] module =
        Guests.handler(
            new WasmBuilder().importFunction("leat", "format_disk", "(i32)->"),
            new WasmCode().i64Const(0));

    Answered answered = acme.publish(module);

    assertThat(answered.problem()).isEqualTo(INVALID_MODULE);
    assertThat(answered.json().at("/findings/0/at").asText()).isEqualTo("import leat.format_disk");
  }

  @Test
  void deploy_missingExport_namesIt() {
    byte[] module = new WasmBuilder().memory(1).build();

    Answered answered = acme.tryDeploy("no-handle", module, "");

    assertThat(answered.problem()).isEqualTo(INVALID_MODULE);
    assertThat(answered.text()).contains("handle").contains("allocate");
  }

  @Test
  void deploy_wrongResultType_isRefused() {
    byte[] module =
        new WasmBuilder()
            .memory(1)
            .export("allocate", "(i32)->i32", new WasmCode().i32Const(64))
            .export("handle", "(i32,i32)->i32", new WasmCode().i32Const(0))
            .build();

    Answered answered = acme.tryDeploy("wrong-type", module, "");

    assertThat(answered.problem()).isEqualTo(INVALID_MODULE);
    assertThat(answered.text()).contains("(i32,i32)->i64");
  }

  @Test
  void publish_largerThanAllowed_is413() {
    byte[] module = Arrays.copyOf(Guests.echo(), Limits.MODULE_BYTES_MAX + 1);

    assertThat(acme.publish(module).problem()).isEqualTo("413 body-too-large gateway");
  }

  @Test
  void publish_otherBytesThanSigned_isRefused() {
    byte[] signed = Guests.saying("signed");
    String signature = Signatures.sign(acme.key, acme.statement(signed));

    Answered answered = acme.publish(Guests.saying("forged"), signature);

    assertThat(answered.problem()).isEqualTo(INVALID_SIGNATURE);
    assertThat(answered.text()).contains(ModuleDigest.of(signed).toString());
  }

  @Test
  void publish_statementOfOtherSize_isRefused() {
    byte[] module = Guests.echo();
    Statement statement =
        new Statement("sized", "1", ModuleDigest.of(module), module.length + 1, Instant.now());

    assertThat(acme.publish(module, Signatures.sign(acme.key, statement)).problem())
        .isEqualTo(INVALID_SIGNATURE);
  }

  @Test
  void publish_tamperedStatement_isRefused() {
    byte[] module = Guests.echo();
    String[] parts = Signatures.sign(acme.key, acme.statement(module)).split("\\.", -1);
    String statement =
        new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8)
            .replace("\"version\":\"1.", "\"version\":\"9.");
    String forged =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(statement.getBytes(StandardCharsets.UTF_8));

    Answered answered = acme.publish(module, parts[0] + "." + forged + "." + parts[2]);

    assertThat(answered.problem()).isEqualTo(INVALID_SIGNATURE);
  }

  @Test
  void publish_byUnknownOrOthersOrRevokedKey_isRefused() {
    byte[] module = Guests.echo();
    OctetKeyPair revoked = RunningNode.newKey();
    String kid = acme.register(revoked).json().path("kid").asText();
    node.request("DELETE", acme.path("/keys/" + kid)).operator().send();

    assertThat(
            Stream.of(RunningNode.newKey(), other.key, revoked)
                .map(key -> acme.publish(module, Signatures.sign(key, acme.statement(module))))
                .map(Answered::problem))
        .containsOnly(INVALID_SIGNATURE);
  }

  /** Forms that no client sends; nothing is held afterwards ({@link #nothingIsHeld}). */
  @Test
  void publish_oddForms_areRefused() {
    String part =
        "--b\r\nContent-Disposition: form-data; name=\"module\"; filename=\"m\"\r\n\r\n\0asm";
    String twice = part + "\r\n" + part + "\r\n--b--\r\n";
    String hugeHead = "--b\r\nContent-Disposition: form-data; " + "x".repeat(200_000) + "\r\n\r\n";

    assertThat(
            Stream.of(
                    odd("boundary=b", twice, 0),
                    odd("boundary=", twice, 0),
                    odd("charset=utf-8", twice, 0),
                    odd("boundary=b", hugeHead, 0),
                    odd("boundary=b", part, 0),
                    odd("boundary=b", "--b--\r\n", 0),
                    odd("boundary=b", "", 0),
                    odd("boundary=c", twice, 0),
                    odd("boundary=b", twice, -20))
                .map(RawConnection.Response::status))
        .containsOnly(400);
  }

  @Test
  void publish_cutOffAnywhere_isNoPublication() {
    byte[] module = Guests.saying("cut off");
    byte[] form =
        NodeUnderTest.multipart(
            Map.of(
                "module",
                module,
                "signature",
                Signatures.sign(acme.key, acme.statement(module))
                    .getBytes(StandardCharsets.US_ASCII)));
    String head = head("boundary=" + NodeUnderTest.BOUNDARY, form.length);

    for (int sent = 0; sent < form.length; sent += form.length / 8) {
      try (RawConnection connection = new RawConnection(node.port())) {
        connection.send(head).send(Arrays.copyOf(form, sent));
      }
    }

    assertThat(
            acme.request("GET", "/modules/" + ModuleDigest.of(module)).operator().send().status())
        .isEqualTo(404);
  }

  private static RawConnection.Response odd(String type, String form, int more) {
    byte[] bytes = form.getBytes(StandardCharsets.ISO_8859_1);
    try (RawConnection connection = new RawConnection(node.port())) {
      return connection.send(head(type, bytes.length + more)).send(bytes).read();
    }
  }

  private static String head(String type, int length) {
    return "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: multipart/form-data; %s\r\nContent-Length: %d\r\n\r\n"
        .formatted(acme.path("/modules"), acme.token("developer"), type, length);
  }

  @Test
  void publish_signatureIsNoJws_isRefused() {
    assertThat(
            Stream.of("", " ", "a.b.c", "null", "eyJhbGciOiJub25lIn0..", "x".repeat(20_000))
                .map(signature -> acme.publish(Guests.echo(), signature).problem()))
        .containsOnly(INVALID_SIGNATURE);
  }

  @Test
  void publish_sameVersionOtherBytes_isAConflict() {
    byte[] first = Guests.saying("one");
    byte[] second = Guests.saying("two");
    Statement one = new Statement("same", "1", ModuleDigest.of(first), first.length, Instant.now());
    Statement two =
        new Statement("same", "1", ModuleDigest.of(second), second.length, Instant.now());

    assertThat(acme.publish(first, Signatures.sign(acme.key, one)).status()).isEqualTo(201);
    assertThat(acme.publish(first, Signatures.sign(acme.key, one)).status()).isEqualTo(201);
    assertThat(acme.publish(second, Signatures.sign(acme.key, two)).problem())
        .isEqualTo("409 conflict gateway");
  }

  @Test
  void deploy_manifestWithThreeMistakes_tellsAllThree() {
    byte[] module = Guests.echo();
    acme.publish(module);

    Answered answered =
        acme.deploy(
            "mistaken",
            RunningNode.manifest(
                "mistaken",
                module,
                "  limits: {memory: 2Ti, timeout: soon}\n  instancess: {min: 1}\n"));

    assertThat(answered.problem()).isEqualTo("422 invalid-manifest gateway");
    assertThat(answered.json().path("findings").findValuesAsText("at"))
        .containsExactlyInAnyOrder("spec.limits.memory", "spec.limits.timeout", "spec.instancess");
  }

  @Test
  void deploy_moduleOfAnotherTenant_isNotFound() {
    byte[] module = Guests.saying("private to other");
    other.publish(module);

    Answered answered = acme.deploy("stolen", RunningNode.manifest("stolen", module, ""));

    assertThat(answered.problem()).isEqualTo("422 invalid-manifest gateway");
    assertThat(answered.text()).contains("has no module");
  }

  @Test
  void deploy_needsMoreMemoryThanItsLimit_isRefused() {
    Answered answered = acme.tryDeploy("small", Guests.echo(), "  limits: {memory: 1Mi}\n");

    assertThat(answered.problem()).isEqualTo(INVALID_MODULE);
    assertThat(answered.json().at("/findings/0/at").asText()).isEqualTo("spec.limits.memory");
  }
}
