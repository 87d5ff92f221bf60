package dev.leat.registry.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.Answer;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.SecretField;
import dev.leat.contract.TenantId;
import dev.leat.registry.module.ModuleStoreContract;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StoredManifestTest {
  private static final FunctionRef MASK =
      new FunctionRef(new TenantId("acme"), new FunctionName("mask"));
  private static final ModuleDigest MODULE = ModuleStoreContract.digest(1);
  private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");

  /** One of each kind, with other bounds than a manifest has by default. */
  private static final List<Grant> EACH_GRANT =
      List.of(
          new Grant.Logging(),
          new Grant.Metrics(),
          new Grant.Config(),
          new Grant.Http(
              List.of("https://a.example", "https://*.b.example:8443"),
              Set.of("GET", "PUT"),
              7,
              Duration.ofMillis(500)),
          new Grant.KeyValue("carts", Duration.ofMinutes(5)),
          new Grant.Database("main", List.of("read:orders", "write:audit_*")),
          new Grant.Secrets(
              List.of("stripe-key", "b"),
              List.of(
                  new SecretField("c", "X-Key", "", List.of("https://a.example")),
                  new SecretField(
                      "c", "Authorization", "Bearer ", List.of("http://b:1", "https://*.b")))));

  /** As the first release wrote it. It has to be read for ever: never change this text. */
  private static final String FIRST =
      """
      {"apiVersion":"leat/v1","kind":"Function","metadata":{"name":"mask"},"spec":{\
      "module":"sha256:0000000000000000000000000000000000000000000000000000000000000001",\
      "contract":"processor","route":{"path":"/pii","methods":["GET","POST"],"auth":"public"},\
      "limits":{"fuel":50000000,"memory":"16Mi","timeout":"2s","request":"1000","response":"2Ki"},\
      "instances":{"min":1,"max":9,"idle":"500ms","reuse":"fresh"},\
      "capabilities":{"logging":true,"metrics":false,"config":true,\
      "http":{"allow":["https://api.example.com"],"perMinute":60},\
      "keyValue":{"namespace":"default","ttlMax":"24h"},\
      "database":{"connection":"main","allow":["read:orders"]}},\
      "config":{"fields":["email"],"ratio":0.10}}}\
      """;

  @Test
  void read_theFirstReleases_givesAllOfIt() {
    DeployedVersion read = read(FIRST);

    assertThat(read.version())
        .isEqualTo(
            new FunctionVersion(
                MASK,
                7,
                MODULE,
                GuestContract.PROCESSOR,
                new Limits(50_000_000, 16 << 20, Duration.ofSeconds(2), 1_000, 2_048),
                new InstancePolicy(1, 9, Duration.ofMillis(500), Reuse.FRESH),
                Grants.of(
                    new Grant.Logging(),
                    new Grant.Config(),
                    new Grant.Http(List.of("https://api.example.com"), 60),
                    new Grant.KeyValue("default", Duration.ofHours(24)),
                    new Grant.Database("main", List.of("read:orders"))),
                "{\"fields\":[\"email\"],\"ratio\":0.10}"));
    assertThat(read.route()).isEqualTo(new RouteSpec("/pii", Set.of("GET", "POST"), true));
    assertThat(read.manifest()).isEqualTo(FIRST);
    assertThat(read.createdAt()).isEqualTo(AT);
  }

  @ParameterizedTest
  @MethodSource("writtenToday")
  void read_whatIsWrittenToday_givesTheSameVersion(String yaml) {
    Manifest manifest = ManifestReaderTest.good(yaml);

    DeployedVersion read = read(manifest.toJson());

    assertThat(read.version()).isEqualTo(manifest.version(MASK, 7, MODULE));
    assertThat(read.route()).isEqualTo(manifest.route());
  }

  private static List<String> writtenToday() {
    return List.of(ManifestReaderTest.FULL, ManifestReaderTest.CLAIMS, ManifestReaderTest.MINIMAL);
  }

  /** Else a version would lose the power when a node reads it again. */
  @Test
  void read_everyGrant_aloneAndTogether_isWhatWasKept() {
    assertThat(EACH_GRANT.stream().<Class<?>>map(Grant::getClass))
        .containsExactlyInAnyOrder(Grant.class.getPermittedSubclasses());
    Stream.concat(Stream.of(new Grants(EACH_GRANT)), EACH_GRANT.stream().map(Grants::of))
        .forEach(grants ->
            assertThat(read(granting(grants).toJson()).version().grants()).isEqualTo(grants));
  }

  private static Manifest granting(Grants grants) {
    Manifest manifest = ManifestReaderTest.good(ManifestReaderTest.MINIMAL);
    return new Manifest(
        manifest.name(),
        manifest.module(),
        manifest.contract(),
        manifest.route(),
        manifest.limits(),
        manifest.instances(),
        grants,
        manifest.config(),
        manifest.async());
  }

  @Test
  void read_whatTodaysReaderRefuses_isReadStill() {
    String odd =
        FIRST
            .replace("\"memory\":\"16Mi\"", "\"memory\":\"4000Gi\"")
            .replace("\"timeout\":\"2s\"", "\"timeout\":\"30h\",\"colour\":\"blue\"")
            .replace("\"max\":9", "\"max\":5000")
            .replace("/pii", "/no longer/a path?")
            .replace("\"name\":\"mask\"", "\"name\":\"NOT A NAME\"");
    assertThat(ManifestReader.read(odd.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(Answer.Refused.class);

    DeployedVersion read = read(odd);

    assertThat(read.version().limits().memoryBytes()).isEqualTo(Limits.MEMORY_BYTES_MAX);
    assertThat(read.version().limits().timeout()).isEqualTo(Limits.TIMEOUT_MAX);
    assertThat(read.version().instances().max()).isEqualTo(InstancePolicy.MAX_INSTANCES);
    assertThat(read.route().path()).isEqualTo("/no longer/a path?");
  }

  @Test
  void read_keysThatAreMissing_haveTheDefault() {
    DeployedVersion read = read("{\"apiVersion\":\"leat/v1\",\"spec\":{\"contract\":\"handler\"}}");

    assertThat(read.version())
        .isEqualTo(
            new FunctionVersion(
                MASK,
                7,
                MODULE,
                GuestContract.HANDLER,
                Limits.DEFAULT,
                InstancePolicy.DEFAULT,
                Grants.NONE,
                "{}"));
    assertThat(read.route()).isEqualTo(new RouteSpec("/mask", Set.of(), false));
  }

  @Test
  void read_grantsThatAreOddOrOfALaterRelease_areReadStill() {
    String odd =
        """
        {"apiVersion":"leat/v1","spec":{"contract":"handler","capabilities":{"logging":"no",\
        "secrets":["key"],"http":{"perMinute":-5,"methods":["BREW"],"timeout":"0s"},"keyValue":{"ttlMax":"0s"},"database":{}}}}\
        """;

    assertThat(read(odd).version().grants())
        .isEqualTo(
            Grants.of(
                new Grant.Http(List.of(), 1),
                new Grant.KeyValue("default", Duration.ofHours(24)),
                new Grant.Database("", List.of()),
                new Grant.Secrets(List.of("key"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "{\"apiVersion\":\"leat/v2\",\"spec\":{\"contract\":\"handler\"}}",
        "{\"apiVersion\":\"leat/v1\",\"spec\":{\"contract\":\"opera\"}}",
        "{\"apiVersion\":\"leat/v1\"}",
        "{\"apiVersion\":\"leat/v1\",\"spec\":{\"contract\":\"handler\",\"route\":{\"auth\":\"claims\"}}}",
        "{\"apiVersion\":\"leat/v1\",\"spec\":{\"contract\":\"handler\",\"route\":{\"auth\":\"claims\",\"claims\":{\"a\":[{}]}}}}",
        "{\"apiVersion\":\"leat/v1\",\"spec\":{\"contract\":\"handler\",\"route\":{\"auth\":\"claims\",\"claims\":{\"a\":[]}}}}",
        "{\"apiVersion\":\"leat/v1\",\"spec\":{\"contract\":\"handler\",\"limits\":{\"memory\":\"big\"}}}",
        "{\"apiVersion\":\"leat/v1\",\"spec\":{\"contract\":\"handler\",\"instances\":{\"reuse\":\"x\"}}}"
      })
  void read_whatCannotBeRead_saysSo(String json) {
    assertThatThrownBy(() -> read(json)).isInstanceOf(IllegalArgumentException.class);
  }

  private static DeployedVersion read(String json) {
    return StoredManifest.read(MASK, 7, MODULE, AT, json);
  }
}
