package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.ModuleDigest;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a scraper reads, and who may be one. */
@Timeout(180)
class MetricsIT {
  private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  @TempDir private Path directory;
  private static final String TAMPERED = "502 module-tampered worker";

  private RunningNode node;
  private Workshop acme;

  @BeforeEach
  void start() {
    node = RunningNode.start(directory);
    acme = node.workshop("acme");
  }

  @AfterEach
  void stop() {
    node.assertNothingHeld();
    node.close();
  }

  /** Each series with its value. */
  private Map<String, Double> scrape() {
    Answered answered = node.request("GET", "/metrics").send();
    assertThat(answered.status()).as(answered.toString()).isEqualTo(200);
    assertThat(answered.header("content-type")).isEqualTo(TYPE);
    Map<String, Double> series = new HashMap<>();
    answered
        .text()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> {
          int space = line.lastIndexOf(' ');
          assertThat(series.put(line.substring(0, space), number(line.substring(space + 1))))
              .as(line)
              .isNull();
        });
    return series;
  }

  /** The value of one series, NaN without it. */
  private double read(String series) {
    return scrape().getOrDefault(series, Double.NaN);
  }

  private static double number(String text) {
    return text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
  }

  private static String invocations(String tenant, String function, String outcome) {
    return "leat_invocations_total{function=\"%s\",outcome=\"%s\",tenant=\"%s\"}"
        .formatted(function, outcome, tenant);
  }

  private static Map<String, Double> named(Map<String, Double> series, String name) {
    return new TreeMap<>(
        series.entrySet().stream()
            .filter(entry -> entry.getKey().startsWith(name + "{") || entry.getKey().equals(name))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  @Test
  void invocations_ofASample_areCountedExactly() throws IOException {
    byte[] mask = Files.readAllBytes(Path.of("../../sdk/samples/mask-pii/mask_pii.wasm"));
    acme.deploy(
        "mask",
        mask,
        """
          route: {auth: public}
          instances: {min: 0, max: 1, reuse: fresh}
          capabilities: {config: true}
          config: {fields_to_mask: [email]}
        """);
    acme.deployPublic("trapping", Guests.trapping());
    // Of each at its deployment, and one more of the fresh one, which is not kept.
    Eventually.holds("nothing is made any more", () -> read("leat_instances_prepared_total") == 3);
    Map<String, Double> before = scrape();
    double fuel = 0;
    for (int i = 0; i < 7; i++) {
      Answered answered = acme.call("POST", "mask").body("{\"email\":\"a@b.c\"}").send();
      assertThat(answered.status()).as(answered.toString()).isEqualTo(200);
      fuel += Double.parseDouble(answered.header("leat-fuel"));
    }
    for (int i = 0; i < 2; i++) {
      Answered answered = acme.call("POST", "trapping").send();
      fuel += Double.parseDouble(answered.header("leat-fuel"));
    }
    acme.call("POST", "nothing").send();

    Map<String, Double> after = scrape();

    assertThat(named(after, "leat_invocations_total"))
        .isEqualTo(
            Map.of(
                invocations("acme", "mask", "responded"), 7.0,
                invocations("acme", "trapping", "trapped"), 2.0));
    assertThat(grown("leat_fuel_consumed_total", before, after)).isEqualTo(fuel);
    assertThat(after).containsEntry("leat_invocation_duration_seconds_count", 9.0);
    assertThat(after).containsEntry("leat_invocation_duration_seconds_bucket{le=\"+Inf\"}", 9.0);
    assertThat(after).containsEntry("leat_queue_wait_seconds_count", 9.0);
    assertThat(after)
        .containsEntry("leat_http_requests_total{class=\"2xx\",for=\"function\"}", 7.0)
        .containsEntry("leat_http_requests_total{class=\"5xx\",for=\"function\"}", 2.0)
        .containsEntry("leat_http_requests_total{class=\"4xx\",for=\"function\"}", 1.0)
        .containsEntry("leat_database_available", 1.0);
    assertThat(after.get("leat_invocation_duration_seconds_sum")).isPositive();
    // Each call of a fresh function waits for an instance; the other's was made at its deployment.
    assertThat(grown("leat_cold_starts_total", before, after)).isBetween(7.0, 8.0);
    assertThat(after.get("leat_cold_start_seconds_count"))
        .isEqualTo(after.get("leat_cold_starts_total"));
    assertThat(after.get("leat_init_fuel_consumed_total{cause=\"invocation\"}")).isPositive();
    assertThat(grown("leat_module_cache_hits_total", before, after)).isEqualTo(9);
    assertThat(grown("leat_module_cache_misses_total", before, after)).isZero();
    assertThat(after).containsEntry("leat_module_cache_entries", 2.0);
    assertThat(after).containsEntry("leat_queue_depth", 0.0);
  }

  private static double grown(
      String series, Map<String, Double> before, Map<String, Double> after) {
    return after.getOrDefault(series, Double.NaN) - before.getOrDefault(series, 0.0);
  }

  @Test
  void names_areThosePromised() {
    assertThat(scrape().keySet())
        .contains(
            "leat_invocation_duration_seconds_count",
            "leat_cold_starts_total",
            "leat_cold_start_seconds_count",
            "leat_fuel_consumed_total",
            "leat_instances{state=\"busy\"}",
            "leat_instances{state=\"idle\"}",
            "leat_module_cache_entries",
            "leat_module_cache_hits_total",
            "leat_module_cache_misses_total",
            "leat_modules_compiled_total",
            "leat_queue_depth",
            "leat_guest_threads",
            "leat_guest_log_dropped_total{of=\"call\"}",
            "leat_guest_log_dropped_total{of=\"tenant\"}",
            "leat_guest_log_dropped_total{of=\"node\"}",
            "leat_guest_log_dropped_total{of=\"store\"}",
            "leat_security_alerts_total{kind=\"module-digest\"}",
            "leat_security_alerts_total{kind=\"class-mac\"}",
            "leat_queue_wait_seconds_count",
            "leat_http_requests_total{class=\"2xx\",for=\"function\"}",
            "leat_http_requests_total{class=\"4xx\",for=\"malformed\"}",
            "leat_event_loop_lag_seconds_count",
            "leat_quota_checks_total{result=\"admitted\"}",
            "leat_placements_total{worker=\"own\"}",
            "leat_placements_again_total{after=\"lost\"}",
            "leat_database_connections{state=\"active\"}",
            "leat_database_waiting",
            "leat_database_available",
            "leat_access_log_dropped_total",
            "jvm_memory_used_bytes{area=\"heap\"}",
            "jvm_threads_current",
            "process_cpu_seconds_total");
    assertThat(node.request("GET", "/metrics").send().text())
        .contains("# TYPE leat_invocation_duration_seconds histogram");
  }

  @Test
  void quotaRejections_areCountedByTenantAndQuota() {
    acme.deployPublic("echo", Guests.echo());
    acme.setQuota("{\"requests-per-second\":1,\"burst\":1}");
    int rejected = 0;
    while (rejected < 3) { // some of a second's requests, be they two or a thousand
      rejected += acme.call("POST", "echo").send().status() == 429 ? 1 : 0;
    }

    assertThat(named(scrape(), "leat_quota_rejections_total"))
        .isEqualTo(
            Map.of(
                "leat_quota_rejections_total{quota=\"requests-per-second\",tenant=\"acme\"}",
                (double) rejected));
  }

  @Test
  void labels_ofFunctionsThatComeAndGo_areNotKept() {
    for (int i = 0; i < 5; i++) {
      acme.deployPublic("preview-" + i, Guests.saying("it is " + i));
      acme.call("GET", "preview-" + i).send();
      assertThat(acme.request("DELETE", "/functions/preview-" + i).operator().send().status())
          .isEqualTo(204);
      acme.call("GET", "preview-" + i).send();
      acme.call("GET", "never-" + i).send();
    }

    assertThat(named(scrape(), "leat_invocations_total"))
        .isEqualTo(Map.of(invocations("acme", "_other", "responded"), 5.0));
  }

  @Test
  void guestMetrics_areSummedByName_andGoWithTheirFunction() {
    byte[] module = Guests.recording("seen/s");
    assertThat(acme.publish(module).status()).isEqualTo(201);
    String manifest =
        NodeUnderTest.manifest(
                "count", module, "  route: {auth: public}\n  capabilities: {metrics: true}\n")
            .replace("contract: handler", "contract: processor");
    assertThat(acme.deploy("count", manifest).status()).isEqualTo(201);
    for (int i = 0; i < 2; i++) {
      assertThat(acme.call("POST", "count").send().text()).isEqualTo("{}");
    }
    String labels = "{function=\"count\",name=\"seen/s\",tenant=\"acme\"}";
    String tagged = "{function=\"count\",name=\"seen/s\",tag_shop=\"a\\\"b\",tenant=\"acme\"}";
    String bucket = tagged.replace("}", ",le=\"%s\"}");

    Map<String, Double> recorded = scrape();

    assertThat(recorded)
        .containsEntry("leat_guest_metric_count" + labels, 2.0)
        .containsEntry("leat_guest_metric_sum" + labels, -3.0)
        .containsEntry("leat_guest_counter_total" + tagged, 4.0)
        .containsEntry("leat_guest_gauge" + tagged, 2.0)
        .containsEntry("leat_guest_histogram_sum" + tagged, 4.0)
        .containsEntry("leat_guest_histogram_bucket" + bucket.formatted("1.0"), 0.0)
        .containsEntry("leat_guest_histogram_bucket" + bucket.formatted("5.0"), 2.0)
        .containsEntry("leat_guest_timer_seconds_sum" + tagged, 0.004)
        .containsEntry("leat_guest_timer_seconds_bucket" + bucket.formatted("0.005"), 2.0)
        .containsEntry("leat_guest_metrics_dropped_total{of=\"invalid\"}", 2.0)
        .containsEntry("leat_guest_metrics_dropped_total{of=\"tenant\"}", 0.0);

    acme.request("DELETE", "/functions/count").operator().send();

    assertThat(named(scrape(), "leat_guest_metric_count")).isEmpty();
  }

  @Test
  void instances_areCountedByState() throws Exception {
    acme.deploy(
        "spin",
        Guests.spinning(),
        "  route: {auth: public}\n  limits: {timeout: 5m, fuel: 9000000000000000000}\n"
            + "  instances: {min: 0, max: 1, idle: 1h}\n");
    acme.deploy("kept", Guests.echo(), "  instances: {min: 2}\n");
    Eventually.holds("both are made", () -> read("leat_instances{state=\"idle\"}") == 3);

    try (RawConnection first = new RawConnection(node.port());
        RawConnection second = new RawConnection(node.port())) {
      first.send("GET /f/acme/spin HTTP/1.1\r\nHost: localhost\r\n\r\n");
      Eventually.holds("one runs", () -> read("leat_instances{state=\"busy\"}") == 1);
      second.send("GET /f/acme/spin HTTP/1.1\r\nHost: localhost\r\n\r\n");
      Eventually.holds("one waits", () -> read("leat_queue_depth") == 1);
    }

    Eventually.holds(
        "both are cancelled", () -> read(invocations("acme", "spin", "cancelled")) == 2);
  }

  @Test
  void alteredModule_isNotRun_andRaisesAnAlert() throws IOException {
    acme.deployPublic("echo", Guests.echo());
    String hex = ModuleDigest.of(Guests.echo()).hex();
    node.close();
    Path blob = directory.resolve("blobs").resolve(hex.substring(0, 2)).resolve(hex);
    Files.write(blob, Guests.trapping());
    node = RunningNode.start(directory);

    for (int call = 0; call < 3; call++) {
      assertThat(node.request("POST", "/f/acme/echo").body("hello").send().problem())
          .isEqualTo(TAMPERED);
    }

    assertThat(scrape()).containsEntry("leat_security_alerts_total{kind=\"module-digest\"}", 1.0);
    assertRecordedOnce(Guests.echo());
  }

  @Test
  void alteredClasses_areNotRun_andRaiseAnAlert() throws IOException {
    acme.deployPublic("echo", Guests.echo());
    String hex = ModuleDigest.of(Guests.echo()).hex();
    node.close();
    try (var files = Files.walk(directory.resolve("classes"))) {
      Path classes = files.filter(file -> file.endsWith(hex)).findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(classes);
      bytes[bytes.length - 1] ^= 1;
      Files.write(classes, bytes);
    }
    node = RunningNode.start(directory);

    for (int call = 0; call < 3; call++) {
      assertThat(node.request("POST", "/f/acme/echo").body("hello").send().problem())
          .isEqualTo(TAMPERED);
    }

    assertThat(scrape()).containsEntry("leat_security_alerts_total{kind=\"class-mac\"}", 1.0);
    assertRecordedOnce(Guests.echo());
  }

  private void assertRecordedOnce(byte[] module) {
    JsonNode records =
        node.request("GET", "/v1/audit?action=module.tampered&resource=" + ModuleDigest.of(module))
            .operator()
            .send()
            .json()
            .path("items");
    assertThat(records).hasSize(1);
    assertThat(records.get(0).path("actor").asText()).isEqualTo("node/node");
  }

  @ParameterizedTest
  @CsvSource({
    "Forwarded, for=192.0.2.1",
    "X-Forwarded-For, 127.0.0.1",
    "x-forwarded-proto, https",
    "X-Real-IP, 192.0.2.1",
    "Via, 1.1 proxy"
  })
  void scrape_throughAProxy_needsAnOperator(String field, String value) {
    assertThat(metrics(field, value, "").problem()).isEqualTo("401 unauthenticated gateway");
    assertThat(metrics(field, value, acme.token("tenant-admin")).problem())
        .isEqualTo("403 forbidden gateway");
    assertThat(metrics(field, value, node.operatorToken()).status()).isEqualTo(200);
  }

  private Answered metrics(String field, String value, String token) {
    RunningNode.Request request = node.request("GET", "/metrics").field(field, value);
    return (token.isEmpty() ? request : request.token(token)).send();
  }

  @Test
  void scrape_withATokenThatIsNoOperators_isRefusedHereToo() {
    assertThat(node.request("GET", "/metrics").token("nonsense").send().status()).isEqualTo(401);
    assertThat(node.request("GET", "/metrics").token(acme.token("developer")).send().status())
        .isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST:9", "127.0.0.1", "127.8.9.1:80", "[::1]:8080"})
  void scrape_ofThisHost_needsNoToken(String host) {
    assertThat(statusFor(host)).isEqualTo("200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"evil.example", "localhost.evil.example", "192.0.2.1", "0.0.0.0", "127.1"})
  void scrape_underAnotherName_isRefused(String host) {
    assertThat(statusFor(host)).isEqualTo("401");
  }

  private String statusFor(String host) {
    return statusFor(new RawConnection(node.port()), host);
  }

  private static String statusFor(RawConnection to, String host) {
    try (to) {
      return to.send("GET /metrics HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
          .readHead()
          .split(" ", 3)[1];
    }
  }

  @Test
  void scrape_overTheNetwork_isRefusedWhateverHostItNames() throws IOException {
    Optional<InetAddress> own =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
            .findFirst();
    assumeThat(own).as("this machine has an address beside the loopback").isPresent();
    node.close();
    node = RunningNode.start(NodeConfig.embedded(directory, "0.0.0.0", 0));

    assertThat(statusFor(new RawConnection(own.orElseThrow(), node.port()), "localhost"))
        .isEqualTo("401");
    assertThat(statusFor("localhost")).isEqualTo("200");
  }

  /** A guest whose initialisation takes some fuel. */
  private static byte[] initialising() {
    return new WasmBuilder()
        .memory(1)
        .export("_initialize", "()->", new WasmCode().i32Const(0).i32Const(1).i32Store(0))
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(1_024))
        .export("handle", "(i32,i32)->i64", new WasmCode().i64Const(0))
        .build();
  }

  @Test
  void initialisation_isCountedWhereItHappened_andRecorded() {
    acme.deploy("init", initialising(), "  route: {auth: public}\n  instances: {min: 0, max: 1}\n");
    Eventually.holds("it is prepared", () -> read("leat_instances_prepared_total") == 1);
    double ahead = read("leat_init_fuel_consumed_total{cause=\"deployment\"}");
    assertThat(ahead).isPositive();
    acme.deploy(
        "init",
        initialising(),
        "  route: {auth: public}\n  instances: {min: 0, max: 1, reuse: fresh}\n");

    Answered answered = acme.call("POST", "init").send();

    assertThat(answered.status()).isEqualTo(200);
    assertThat(read("leat_init_fuel_consumed_total{cause=\"invocation\"}")).isEqualTo(ahead);
    Eventually.holds(
        "it is recorded",
        () ->
            acme.request("GET", "/invocations?function=init")
                    .operator()
                    .send()
                    .json()
                    .at("/items/0/initFuel")
                    .asDouble()
                == ahead);
  }
}
