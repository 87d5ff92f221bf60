package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.node.telemetry.Collector;
import dev.leat.node.telemetry.Collector.Received;
import dev.leat.node.telemetry.OtelVariables;
import dev.leat.node.telemetry.TelemetryConfig;
import dev.leat.testkit.Eventually;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a collector gets of a whole node. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TelemetryIT {
  private static final String CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @TempDir private static Path directory;

  private final Collector collector = Collector.start();
  private RunningNode node;
  private Workshop acme;

  static TelemetryConfig config(Collector collector) {
    return OtelVariables.read(
        Map.of(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            collector.url(),
            "OTEL_TRACES_SAMPLER",
            "parentbased_always_on",
            "OTEL_LOGS_EXPORTER",
            "otlp",
            "OTEL_METRIC_EXPORT_INTERVAL",
            "500"));
  }

  @BeforeAll
  void start() {
    node =
        RunningNode.start(
            NodeConfig.embedded(directory, NodeConfig.DEFAULT_HOST, 0).with(config(collector)));
    acme = node.workshop("acme");
  }

  @AfterAll
  void stop() {
    node.assertNothingHeld();
    node.close();
    collector.close();
  }

  /** The spans of the trace with this one, when there is also the other. */
  private List<Received> traceOf(Predicate<Received> one, String other) {
    return traceOf(collector, one, other);
  }

  static List<Received> traceOf(Collector collector, Predicate<Received> one, String other) {
    Eventually.holds(
        "a trace with " + other,
        () ->
            collector.spans.stream()
                .filter(one)
                .anyMatch(span ->
                    collector.spans.stream()
                        .anyMatch(last ->
                            last.trace().equals(span.trace()) && last.name().equals(other))));
    String trace = collector.spans.stream().filter(one).findFirst().orElseThrow().trace();
    return collector.spans.stream().filter(span -> span.trace().equals(trace)).toList();
  }

  static void assertConnected(List<Received> trace, String parentOfAll) {
    Set<String> ids = trace.stream().map(Received::id).collect(Collectors.toSet());
    assertThat(ids).hasSameSizeAs(trace);
    assertThat(trace.stream().filter(span -> !ids.contains(span.parent())))
        .singleElement()
        .satisfies(root -> assertThat(root.parent()).isEqualTo(parentOfAll));
  }

  private static Received named(List<Received> trace, String name) {
    return trace.stream().filter(span -> span.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void call_isOneTrace_fromTheCallerToTheGuestsLastHostCall() {
    acme.deploy(
        "talk",
        Guests.logging("hello"),
        "  route: {auth: public}\n  capabilities: {logging: true}\n"
            + "  instances: {min: 0, max: 1, reuse: fresh}\n");

    Answered answered = acme.call("POST", "talk").field("traceparent", CALLER).send();

    assertThat(answered.status()).as(answered.toString()).isEqualTo(200);
    List<Received> trace = traceOf(span -> span.name().equals("talk"), "log");
    assertConnected(trace, "b7ad6b7169203331");
    Received call = named(trace, "talk");
    assertThat(answered.header("traceparent")).contains(call.id()).contains(call.trace());
    assertThat(call.attributes())
        .containsEntry("leat.tenant", "acme")
        .containsEntry("faas.version", "1")
        .containsEntry("leat.outcome", "responded");
    assertThat(named(trace, "exec").parent()).isEqualTo(call.id());
    assertThat(named(trace, "log").parent()).isEqualTo(named(trace, "exec").id());
    assertThat(trace)
        .extracting(Received::name)
        .contains("queue", "acquire", "exec", "log", "talk");
    Eventually.holds(
        "the guest's line names its run",
        () ->
            collector.lines("leat.guest").stream()
                .anyMatch(line -> hex(line.getSpanId()).equals(named(trace, "exec").id())));
  }

  private static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }

  @Test
  void runOfAnAcceptedCall_isATraceOfItsOwn_causedByItsAcceptance() {
    acme.deployPublic("later", Guests.echo());

    Answered accepted =
        acme.call("POST", "later")
            .field("traceparent", CALLER.replace("0af7", "1bf7"))
            .field("prefer", "respond-async")
            .send();

    assertThat(accepted.status()).as(accepted.toString()).isEqualTo(202);
    List<Received> request =
        traceOf(span -> span.trace().startsWith("1bf7") && isCall(span), "enqueue");
    Received enqueue = named(request, "enqueue");
    assertThat(enqueue.parent()).isEqualTo(named(request, "later").id());
    Eventually.holds(
        "its run is told", () -> collector.spans.stream().anyMatch(span -> isOf(span, enqueue)));
    Received run =
        collector.spans.stream().filter(span -> isOf(span, enqueue)).findFirst().orElseThrow();
    assertThat(run.trace()).isNotEqualTo(enqueue.trace());
    assertThat(run.parent()).isEmpty();
    assertThat(run.attributes())
        .containsEntry("leat.attempt", "1")
        .containsEntry("leat.outcome", "responded")
        .containsEntry("faas.invocation_id", accepted.json().path("id").asText());
    List<Received> trace = traceOf(span -> span.trace().equals(run.trace()), "exec");
    assertConnected(trace, "");
    assertThat(named(trace, "exec").parent()).isEqualTo(run.id());
  }

  private static boolean isCall(Received span) {
    return span.name().equals("later");
  }

  /** Whether it came of the other, later. */
  private static boolean isOf(Received span, Received cause) {
    return span.span().getLinksList().stream()
        .anyMatch(link ->
            hex(link.getSpanId()).equals(cause.id())
                && hex(link.getTraceId()).equals(cause.trace()));
  }

  @Test
  void publish_isATrace_withItsChecksAndItsCompilation() {
    assertThat(acme.publish(Guests.saying("published")).status()).isEqualTo(201);

    List<Received> trace =
        traceOf(
            span ->
                span.name().equals("compile")
                    && collector.spans.stream()
                        .anyMatch(other ->
                            other.trace().equals(span.trace())
                                && other.name().equals("publishModule")),
            "publishModule");

    assertConnected(trace, "");
    assertThat(trace)
        .extracting(Received::name)
        .containsExactlyInAnyOrder("publishModule", "verify", "check", "compile", "store");
    assertThat(named(trace, "compile").parent()).isEqualTo(named(trace, "check").id());
  }

  @Test
  void figures_areThoseOfTheScrape_underTheSameNames() {
    Set<String> scraped =
        node.request("GET", "/metrics")
            .send()
            .text()
            .lines()
            .filter(line -> line.startsWith("# TYPE "))
            .map(line -> line.split(" ", -1)[2])
            .collect(Collectors.toCollection(TreeSet::new));
    acme.deployPublic("measured", Guests.echo());
    acme.call("POST", "measured").send();

    Eventually.holds(
        "all are sent",
        () ->
            collector.metrics.stream()
                .map(metric -> metric.getName())
                .collect(Collectors.toSet())
                .containsAll(scraped));
  }

  @Test
  void latency_hasATraceAsItsExample_whereTheScraperTakesExamples() {
    acme.deployPublic("slow", Guests.echo());
    Answered answered = acme.call("POST", "slow").send();
    String trace = answered.header("traceparent").split("-", -1)[1];

    String scraped =
        node.request("GET", "/metrics")
            .field("accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
            .send()
            .text();

    assertThat(scraped).endsWith("# EOF\n");
    assertThat(scraped.lines())
        .anyMatch(line ->
            line.startsWith("leat_invocation_duration_seconds_bucket")
                && line.contains("trace_id=\"" + trace + "\""));
  }

  @Test
  void hugeOrForeignContext_isNotTakenOver_andTheCallGoesOn() {
    acme.deployPublic("bare", Guests.echo());

    Answered huge =
        acme.call("POST", "bare")
            .field("traceparent", CALLER + "0".repeat(4_000))
            .field("baggage", "k=" + "v".repeat(4_000))
            .send();

    assertThat(huge.status()).isEqualTo(200);
    assertThat(huge.header("traceparent")).hasSize(55).doesNotContain("0af7651916cd43dd");
  }
}
