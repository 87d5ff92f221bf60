package dev.leat.registry.function;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Answer;
import dev.leat.contract.AsyncPolicy;
import dev.leat.contract.Finding;
import dev.leat.contract.FunctionName;
import dev.leat.contract.Grant;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Limits;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.RequiredClaims;
import dev.leat.contract.SecretField;
import dev.leat.registry.module.ModuleRef;
import dev.leat.testkit.Seed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ManifestReaderTest {
  static final String FULL =
      """
      apiVersion: leat/v1
      kind: Function
      metadata: {name: mask-pii}                # [a-z][a-z0-9-]{0,62}
      spec:
        module: ./mask_pii.wasm                 # file, or sha256:<hex>, or tenant/name@version
        contract: handler
        route: {path: /mask, methods: [POST], auth: token}
        limits: {fuel: 50000000, memory: 16Mi, timeout: 2s, request: 1Mi, response: 1Mi}
        instances: {min: 0, max: 8, idle: 30s, reuse: reset}
        capabilities:
          logging: true
          metrics: true
          config: true
          http: {allow: ["https://api.example.com", "https://*.example.org:8443"], methods: [GET, POST], perMinute: 60, timeout: 3s}
          keyValue: {namespace: default, ttlMax: 24h}
          database: {connection: main, allow: ["read:orders", "write:audit_*"]}
          secrets: [stripe-key, {name: api-key, header: X-Key, prefix: "Key ", to: ["https://pay.example.com"]}]
        async: {attempts: 3, backoff: {first: 2s, max: 1m}, maxAge: 1h, keepResult: 48h, retryOn: [trapped], callbacks: ["https://hooks.example.org/done/**"], onSuccess: store, onFailure: tell-me}
        config: {fields_to_mask: [email, phone]}
      """;

  static final String CLAIMS =
      FULL.replace(
          "auth: token",
          "auth: claims, claims: {sub: ci, groups: [staff, on-call], level: 3, a.b: [true]}");

  static final String MINIMAL =
      """
      apiVersion: leat/v1
      kind: Function
      metadata: {name: mask}
      spec:
        module: mask.wasm
        contract: wasi
      """;

  @Test
  void read_everythingSaid_isTaken() {
    assertThat(good(FULL))
        .isEqualTo(
            new Manifest(
                new FunctionName("mask-pii"),
                new ModuleRef.ByFile("./mask_pii.wasm"),
                GuestContract.HANDLER,
                new RouteSpec("/mask", Set.of("POST"), false),
                new Limits(50_000_000, 16 << 20, Duration.ofSeconds(2), 1 << 20, 1 << 20),
                new InstancePolicy(0, 8, Duration.ofSeconds(30), Reuse.RESET),
                Grants.of(
                    new Grant.Logging(),
                    new Grant.Metrics(),
                    new Grant.Config(),
                    new Grant.Http(
                        List.of("https://api.example.com", "https://*.example.org:8443"),
                        Set.of("GET", "POST"),
                        60,
                        Duration.ofSeconds(3)),
                    new Grant.KeyValue("default", Duration.ofHours(24)),
                    new Grant.Database("main", List.of("read:orders", "write:audit_*")),
                    new Grant.Secrets(
                        List.of("stripe-key"),
                        List.of(
                            new SecretField(
                                "api-key", "X-Key", "Key ", List.of("https://pay.example.com"))))),
                "{\"fields_to_mask\":[\"email\",\"phone\"]}",
                new AsyncPolicy(
                    3,
                    Duration.ofSeconds(2),
                    Duration.ofMinutes(1),
                    Duration.ofHours(1),
                    Duration.ofHours(48),
                    Set.of("trapped"),
                    List.of("https://hooks.example.org/done/**"),
                    Optional.of(new FunctionName("store")),
                    Optional.of(new FunctionName("tell-me")))));
  }

  @Test
  void read_leastSaid_getsDefaultsAndNoGrants() {
    Manifest manifest = good(MINIMAL);

    assertThat(manifest.route()).isEqualTo(new RouteSpec("/mask", Set.of(), false));
    assertThat(manifest.limits()).isEqualTo(Limits.DEFAULT);
    assertThat(manifest.instances()).isEqualTo(InstancePolicy.DEFAULT);
    assertThat(manifest.grants()).isEqualTo(Grants.NONE);
    assertThat(manifest.config()).isEqualTo("{}");
  }

  @Test
  void read_requiredClaims_areTakenOneOrMany() {
    assertThat(good(CLAIMS).route())
        .isEqualTo(
            new RouteSpec(
                "/mask",
                Set.of("POST"),
                false,
                new RequiredClaims(
                    Map.of(
                        "sub",
                        List.of("ci"),
                        "groups",
                        List.of("staff", "on-call"),
                        "level",
                        List.of(3L),
                        "a.b",
                        List.of(true)))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          auth: claims                                | claims
          auth: claims, claims: {}                    | claims
          auth: claims, claims: [a]                   | claims
          auth: claims, claims: null                  | claims
          auth: token, claims: {a: b}                 | claims
          auth: public, claims: {a: b}                | claims
          claims: {a: b}                              | claims
          auth: claims, claims: {a: []}               | claims.a
          auth: claims, claims: {a: ""}               | claims.a
          auth: claims, claims: {a: null}             | claims.a
          auth: claims, claims: {a: 1.5}              | claims.a
          auth: claims, claims: {a: 9223372036854775808} | claims.a
          auth: claims, claims: {a: {b: c}}           | claims.a
          auth: claims, claims: {a: [[b]]}            | claims.a
          auth: claims, claims: {a: [b, b]}           | claims.a
          auth: claims, claims: {a: [1,2,3,4,5,6,7,8,9,10,11]} | claims.a
          auth: claims, claims: {a b: c}              | claims.a b
          auth: claims, claims: {"": c}               | claims.
          auth: claims, claims: {a: 1,b: 1,c: 1,d: 1,e: 1,f: 1,g: 1,h: 1,i: 1,j: 1,k: 1} | claims
          """)
  void read_requiredClaimsThatAreNone_areRefused(String route, String at) throws IOException {
    String yaml = FULL.replace("auth: token", route);

    assertThat(bad(yaml)).extracting(Finding::at).containsExactly("spec.route." + at);
    ManifestSchemaTest.assertAgree(yaml, false);
  }

  @Test
  void read_requiredClaimThatIsTooLong_isRefused() {
    String longest = "x".repeat(RequiredClaims.CHARS_MAX);
    String route = "auth: claims, claims: {%s: %s}";

    good(FULL.replace("auth: token", route.formatted(longest, longest)));
    assertThat(bad(FULL.replace("auth: token", route.formatted("a", longest + "x")))).hasSize(1);
    assertThat(bad(FULL.replace("auth: token", route.formatted(longest + "x", "a")))).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("wellFormed")
  void toJson_isReadBackAsTheSame(String yaml) {
    Manifest manifest = good(yaml);

    assertThat(good(manifest.toJson())).isEqualTo(manifest);
    assertThat(good(manifest.toJson()).toJson()).isEqualTo(manifest.toJson());
  }

  private static List<String> wellFormed() {
    return List.of(FULL, CLAIMS, MINIMAL);
  }

  @Test
  void toJson_numbersOfConfig_stayAsTheyWere() {
    Manifest manifest = good(MINIMAL + "  config: {price: 0.12345678901234567890, n: 1e3}\n");

    assertThat(manifest.toJson()).contains("0.12345678901234567890");
    assertThat(good(manifest.toJson())).isEqualTo(manifest);
  }

  @Test
  void read_jsonWithTabs_isTaken() {
    String json = good(FULL).toJson().replace(",", ",\n\t\t");

    assertThat(good(json)).isEqualTo(good(FULL));
  }

  @Test
  void read_yamlInBraces_isTaken() {
    assertThat(
            good(
                "{apiVersion: leat/v1, kind: Function, metadata: {name: mask},"
                    + " spec: {module: mask.wasm, contract: wasi}}"))
        .isEqualTo(good(MINIMAL));
  }

  @Test
  void read_moduleByDigestAndName_isToldApart() {
    String digest = "sha256:" + "ab".repeat(32);

    assertThat(good(MINIMAL.replace("mask.wasm", digest)).module())
        .isInstanceOf(ModuleRef.ByDigest.class)
        .hasToString(digest);
    assertThat(good(MINIMAL.replace("mask.wasm", "acme/mask@1.0.0-rc.1+5")).module())
        .isInstanceOf(ModuleRef.ByName.class)
        .hasToString("acme/mask@1.0.0-rc.1+5");
    assertThat(good(MINIMAL.replace("mask.wasm", "target/wasm@2/mask.wasm")).module())
        .isInstanceOf(ModuleRef.ByFile.class);
  }

  @Test
  void read_threeMistakes_areToldAtOnce() {
    String yaml =
        FULL.replace("memory: 16Mi", "memory: 2Gi")
            .replace("timeout: 2s", "timeot: 2s")
            .replace("name: mask-pii", "name: Mask");

    assertThat(bad(yaml))
        .containsExactlyInAnyOrder(
            new Finding(
                "metadata.name",
                "must be 1-63 characters of a-z, 0-9 and '-', starting with a letter; was 'Mask'"),
            new Finding(
                "spec.limits.memory",
                "must be a size such as 64Ki, 16Mi or 1Gi, 64Ki-1Gi; was '2Gi'"),
            new Finding("spec.limits.timeot", "is no key here; did you mean 'timeout'?"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kind: Function               | kind: Job               | kind
          apiVersion: leat/v1          | apiVersion: leat/v2     | apiVersion
          apiVersion: leat/v1          |                         | apiVersion
          {name: mask-pii}             | {}                      | metadata.name
          {name: mask-pii}             | {name: true}            | metadata.name
          {name: mask-pii}             | {name: 12}              | metadata.name
          {name: mask-pii}             | {name: a, name: b}      | metadata.name
          {name: mask-pii}             | {name: !x a}            | metadata.name
          {name: mask-pii}             | [name]                  | metadata
          module: ./mask_pii.wasm      | module: sha256:12       | spec.module
          module: ./mask_pii.wasm      | module: ""              | spec.module
          contract: handler            | contract: transform     | spec.contract
          contract: handler            | contract: stepper       | spec.contract
          contract: handler            | contract: component     | spec.contract
          contract: handler            | contract: hanlder       | spec.contract
          path: /mask                  | path: mask              | spec.route.path
          path: /mask                  | path: /mask/            | spec.route.path
          path: /mask                  | path: /                 | spec.route.path
          path: /mask                  | path: /a/../b           | spec.route.path
          path: /mask                  | path: /a%2fb            | spec.route.path
          methods: [POST]              | methods: POST           | spec.route.methods
          methods: [POST]              | methods: [post]         | spec.route.methods[0]
          methods: [POST]              | methods: [GET, GET]     | spec.route.methods[1]
          auth: token                  | auth: none              | spec.route.auth
          fuel: 50000000               | fuel: 0                 | spec.limits.fuel
          fuel: 50000000               | fuel: 9223372036854775808 | spec.limits.fuel
          fuel: 50000000               | fuel: 1.5               | spec.limits.fuel
          fuel: 50000000               | fuel: 0x10              | spec.limits.fuel
          fuel: 50000000               | fuel: 1_000             | spec.limits.fuel
          fuel: 50000000               | fuel: 010               | spec.limits.fuel
          fuel: 50000000               | fuel: "5"               | spec.limits.fuel
          memory: 16Mi                 | memory: 65535           | spec.limits.memory
          memory: 16Mi                 | memory: 16M             | spec.limits.memory
          memory: 16Mi                 | memory: -16Mi           | spec.limits.memory
          memory: 16Mi                 | memory:                 | spec.limits.memory
          timeout: 2s                  | timeout: 2              | spec.limits.timeout
          timeout: 2s                  | timeout: 301s           | spec.limits.timeout
          timeout: 2s                  | timeout: 0ms            | spec.limits.timeout
          request: 1Mi                 | request: 65Mi           | spec.limits.request
          min: 0                       | min: 9                  | spec.instances.min
          min: 0                       | min: -1                 | spec.instances.min
          max: 8                       | max: 1001               | spec.instances.max
          idle: 30s                    | idle: 25h               | spec.instances.idle
          reuse: reset                 | reuse: never            | spec.instances.reuse
          logging: true                | logging: yes            | spec.capabilities.logging
          logging: true                | logging: 1              | spec.capabilities.logging
          logging: true                | filesystem: true        | spec.capabilities.filesystem
          https://api.example.com      | ftp://api.example.com   | spec.capabilities.http.allow[0]
          https://api.example.com      | https://a@b             | spec.capabilities.http.allow[0]
          https://api.example.com      | https://*               | spec.capabilities.http.allow[0]
          perMinute: 60                | perMinute: 0            | spec.capabilities.http.perMinute
          [GET, POST]                  | [TRACE]                 | spec.capabilities.http.methods[0]
          timeout: 3s                  | timeout: 6m             | spec.capabilities.http.timeout
          ttlMax: 24h                  | ttlMax: 0s              | spec.capabilities.keyValue.ttlMax
          [stripe-key,                 | [Stripe,                | spec.capabilities.secrets[0]
          [stripe-key,                 | [a, a,                  | spec.capabilities.secrets[1]
          [stripe-key,                 | [3,                     | spec.capabilities.secrets[0]
          name: api-key                | name: Api               | spec.capabilities.secrets[1].name
          header: X-Key                | header: Host            | spec.capabilities.secrets[1].header
          header: X-Key                | header: Proxy-Auth      | spec.capabilities.secrets[1].header
          header: X-Key                | header: 'X Key'         | spec.capabilities.secrets[1].header
          ["https://pay.example.com"]  | ["https://u@pay.com"]   | spec.capabilities.secrets[1].to[0]
          ["https://pay.example.com"]  | []                      | spec.capabilities.secrets[1].to
          header: X-Key,               |                         | spec.capabilities.secrets[1].header
          connection: main,            |                         | spec.capabilities.database.connection
          attempts: 3                  | attempts: 101           | spec.async.attempts
          maxAge: 1h                   | maxAge: 9d              | spec.async.maxAge
          keepResult: 48h              | keepResult: 3s          | spec.async.keepResult
          first: 2s                    | first: 2m               | spec.async.backoff
          retryOn: [trapped]           | retryOn: [timeout]      | spec.async.retryOn[0]
          https://hooks.example.org    | ftp://hooks.example.org | spec.async.callbacks[0]
          "https://hooks.example.org/done/**" | "*"              | spec.async.callbacks[0]
          onSuccess: store             | onSuccess: Store        | spec.async.onSuccess
          onFailure: tell-me           | onFailure: 3            | spec.async.onFailure
          read:orders                  | drop:orders             | spec.capabilities.database.allow[0]
          config: {fields              | config: [fields         |
          """)
  void read_oneMistake_isToldWhereItIs(String right, String wrong, String at) {
    String yaml = FULL.replace(right, wrong == null ? "" : wrong);
    assertThat(yaml).isNotEqualTo(FULL);

    List<Finding> findings = bad(yaml);

    if (at != null) {
      assertThat(findings).extracting(Finding::at).containsExactly(at);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          memory: 16Mi,                            | memory: 16Mi, growth: 8Mi,     | spec.limits.growth
          memory: 16Mi,                            | memory: 16Mi, stack: 512Ki,    | spec.limits.stack
          """)
  void read_keyOfALaterVersion_isRefusedAsSuch(String right, String wrong, String at) {
    assertThat(bad(FULL.replace(right, wrong.replace("\\n", "\n"))))
        .containsExactly(new Finding(at, "is not available in this version; leave it out"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "---",
        "text",
        "[1, 2]",
        "42",
        "null",
        "{",
        "}",
        "a: b: c",
        "\tapiVersion: leat/v1",
        "a: &x [1]\nb: *x",
        "*x",
        "? {a: b}\n: c",
        "? [a]\n: c",
        "<<: {a: b}",
        "--- {a: 1}\n--- {b: 2}",
        "a: !!java.net.URL [\"http://localhost\"]",
        "!!javax.script.ScriptEngineManager [x]",
        "%TAG ! tag:yaml.org,2002:\n---\na: 1",
        "a: !!binary aGk=",
        "a: !!set {b}",
        "a: \u0000",
        "\"\\ud800\": 1",
        "a: \"\\U00110000\"",
        "{\"a\": 1, \"a\": 2}",
      })
  void read_hostileDocument_isRefused(String document) {
    assertThat(bad(document)).isNotEmpty();
  }

  @Test
  void read_billionLaughs_isRefusedWithoutExpansion() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 30; i++) {
      bomb.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(9)));
    }

    assertThat(bad(bomb.toString()))
        .extracting(Finding::message)
        .contains("uses a YAML alias, write the value out");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{a: ", "- ", "? ", "{\"a\":", "[[", "!!a ", "&a ", "a: \n "})
  void read_deeplyNested_isRefused(String opening) {
    assertThat(bad(opening.repeat(ManifestReader.MANIFEST_BYTES_MAX / opening.length())))
        .isNotEmpty();
  }

  @Test
  void read_tooLong_isRefused() {
    assertThat(
            problem(
                    ("#" + " ".repeat(ManifestReader.MANIFEST_BYTES_MAX))
                        .getBytes(StandardCharsets.UTF_8))
                .detail())
        .isEqualTo("The manifest has 262145 bytes, at most 262144 are allowed.");
  }

  @Test
  void read_configTooLong_isRefused() {
    assertThat(bad(MINIMAL + "  config: {a: \"" + "x".repeat(20_000) + "\"}\n"))
        .extracting(Finding::at)
        .containsExactly("spec.config");
  }

  @Test
  void read_thousandsOfMistakes_tellsTheFirstFifty() {
    StringBuilder yaml = new StringBuilder(MINIMAL);
    for (int i = 0; i < 10_000; i++) {
      yaml.append("  key%d: 1\n".formatted(i));
    }

    assertThat(bad(yaml.toString())).hasSize(50);
  }

  @Test
  void read_noUtf8_isRefused() {
    assertThat(problem(new byte[] {'a', ':', ' ', (byte) 0xff, (byte) 0xfe}).findings())
        .isNotEmpty();
  }

  @Test
  void read_mutated_neverThrows() {
    Seed seed = Seed.orElse(20_260_101);
    Random random = seed.random();
    byte[] document = FULL.getBytes(StandardCharsets.UTF_8);
    for (int round = 0; round < 3_000; round++) {
      byte[] mutated = document.clone();
      for (int i = 0; i < 1 + random.nextInt(4); i++) {
        mutated[random.nextInt(mutated.length)] =
            (byte) "{}[]&*!|>'\"%@`:,-?#\n\t \u0000x9\u00ff".charAt(random.nextInt(26));
      }
      assertThat(ManifestReader.read(mutated)).as("round %d, %s", round, seed).isNotNull();
    }
  }

  static Manifest good(String document) {
    return switch (ManifestReader.read(document.getBytes(StandardCharsets.UTF_8))) {
      case Answer.Done<Manifest>(Manifest manifest) -> manifest;
      case Answer.Refused<Manifest>(Problem problem) -> throw new AssertionError(problem);
    };
  }

  private static List<Finding> bad(String document) {
    return problem(document.getBytes(StandardCharsets.UTF_8)).findings();
  }

  private static Problem problem(byte[] document) {
    return switch (ManifestReader.read(document)) {
      case Answer.Done<Manifest>(Manifest manifest) -> throw new AssertionError(manifest);
      case Answer.Refused<Manifest>(Problem problem) -> {
        assertThat(problem.code()).isEqualTo(ProblemCode.INVALID_MANIFEST);
        yield problem;
      }
    };
  }
}
