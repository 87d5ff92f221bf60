package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The dashboards and alerts of deploy/telemetry ask for figures that there are. */
@Timeout(60)
class DashboardsIT {
  private static final Path FILES = Path.of("../telemetry");
  private static final Path RULES = FILES.resolve("leat-alerts.yaml");
  private static final Pattern METRIC = Pattern.compile("\\b(leat|jvm|process)_[a-z_]+");

  @TempDir private Path directory;

  private static Stream<String> names(MetricSnapshot snapshot) {
    String name = snapshot.getMetadata().getPrometheusName();
    return switch (snapshot) {
      case CounterSnapshot _ -> Stream.of(name + "_total");
      case HistogramSnapshot _ -> Stream.of(name + "_bucket", name + "_sum", name + "_count");
      case SummarySnapshot _ -> Stream.of(name + "_sum", name + "_count");
      default -> Stream.of(name);
    };
  }

  private static List<String> queries() throws IOException {
    List<String> queries = new ArrayList<>();
    try (Stream<Path> files = Files.list(FILES.resolve("dashboards"))) {
      for (Path file : files.toList()) {
        JsonNode board = new ObjectMapper().readTree(Files.readString(file));
        board.findValues("expr").forEach(expr -> queries.add(expr.asText()));
        board
            .at("/templating/list")
            .findValues("query")
            .forEach(each -> queries.add(each.asText()));
      }
    }
    rules().forEach(rule -> queries.add(rule.path("expr").asText()));
    return queries;
  }

  private static JsonNode rules() throws IOException {
    return new YAMLMapper().readTree(Files.readString(RULES)).at("/groups/0/rules");
  }

  @Test
  void queries_nameOnlyWhatANodeTells() throws IOException {
    Set<String> told = new HashSet<>();
    try (RunningNode node = RunningNode.start(directory)) {
      for (MetricSnapshot snapshot : node.node.assembly.metrics.snapshots()) {
        names(snapshot).forEach(told::add);
      }
    }

    List<String> named =
        queries().stream()
            .flatMap(query -> METRIC.matcher(query).results().map(found -> found.group()))
            .distinct()
            .toList();

    assertThat(named).hasSizeGreaterThan(25);
    assertThat(told).containsAll(named);
  }

  @Test
  void queries_areBalanced() throws IOException {
    assertThat(queries())
        .allSatisfy(query -> {
          assertThat(count(query, '(')).as(query).isEqualTo(count(query, ')'));
          assertThat(count(query, '{')).as(query).isEqualTo(count(query, '}'));
          assertThat(count(query, '[')).as(query).isEqualTo(count(query, ']'));
        });
  }

  private static long count(String text, char wanted) {
    return text.chars().filter(each -> each == wanted).count();
  }

  @Test
  void rules_sayWhatToDo() throws IOException {
    JsonNode rules = rules();
    assertThat(rules).hasSizeGreaterThan(5);
    for (JsonNode rule : rules) {
      assertThat(rule.path("alert").asText()).startsWith("Leat");
      assertThat(rule.at("/labels/severity").asText()).isIn("page", "ticket");
      assertThat(rule.at("/annotations/summary").asText()).isNotEmpty();
      assertThat(rule.at("/annotations/runbook").asText())
          .as(rule.toString())
          .hasSizeGreaterThan(40);
      assertThat(rule.path("for").asText()).matches("[0-9]+m");
    }
  }

  /** Where Prometheus' own tool is, as with Debian's package prometheus. */
  @Test
  void rules_areTakenByPrometheus() throws Exception {
    Path tool = Path.of("/usr/bin/promtool");
    assumeThat(tool).exists();
    Process check =
        new ProcessBuilder(tool.toString(), "check", "rules", RULES.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(check.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(check.exitValue()).as(said).isZero();
  }
}
