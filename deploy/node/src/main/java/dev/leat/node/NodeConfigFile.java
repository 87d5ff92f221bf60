package dev.leat.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.leat.contract.Finding;
import dev.leat.engine.CompileBudget;
import dev.leat.gateway.http.ConnectionLimits;
import dev.leat.worker.WorkerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads a node's configuration file: YAML, whose keys override the defaults. Every problem is told
 * at once. The keys are listed in docs/OPERATING.md.
 */
public final class NodeConfigFile {
  private static final Set<String> KEYS =
      new TreeSet<>(
          Set.of(
              "database.url",
              "database.user",
              "database.password-file",
              "database.pool-size",
              "worker.guest-threads",
              "worker.spare-threads",
              "worker.threads-per-tenant",
              "worker.long-calls-at-once",
              "worker.queued-per-tenant",
              "worker.waiters-per-function",
              "worker.wait-max-seconds",
              "worker.loaded-modules-mb",
              "compile.max-seconds",
              "compile.memory-mb",
              "gateway.connections",
              "gateway.connections-per-address"));

  private final Map<String, String> values = new LinkedHashMap<>();
  private final List<Finding> findings = new ArrayList<>();

  private NodeConfigFile() {}

  /**
   * The defaults with what the file says instead.
   *
   * @throws IOException if the file cannot be read
   * @throws InvalidConfig if it has problems, with all of them
   */
  public static NodeConfig apply(Path file, NodeConfig defaults) throws IOException {
    NodeConfigFile config = new NodeConfigFile();
    config.read(file);
    NodeConfig applied = config.override(defaults);
    if (!config.findings.isEmpty()) {
      throw new InvalidConfig(file, config.findings);
    }
    return applied;
  }

  private void read(Path file) throws IOException {
    try {
      JsonNode root = new YAMLMapper().readTree(Files.readAllBytes(file));
      if (root != null && !root.isMissingNode() && !root.isNull()) {
        flatten("", root);
      }
    } catch (JsonProcessingException e) {
      findings.add(new Finding("", "It is not well-formed YAML: " + e.getOriginalMessage()));
    }
  }

  private void flatten(String prefix, JsonNode node) {
    if (!node.isObject()) {
      findings.add(new Finding(prefix, "A mapping of keys is needed here"));
      return;
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String key = prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey();
      if (KEYS.contains(key) && entry.getValue().isValueNode()) {
        values.put(key, entry.getValue().asText());
      } else if (entry.getValue().isObject()
          && KEYS.stream().anyMatch(known -> known.startsWith(key + "."))) {
        flatten(key, entry.getValue());
      } else {
        findings.add(new Finding(key, "There is no such key; the keys are " + KEYS));
      }
    }
  }

  private NodeConfig override(NodeConfig defaults) throws IOException {
    WorkerConfig worker = defaults.worker();
    int threads = number("worker.guest-threads", worker.guestThreads(), 1, 1_000);
    return new NodeConfig(
        defaults.dataDirectory(),
        defaults.host(),
        defaults.port(),
        database(defaults.database()),
        new WorkerConfig(
            threads,
            number("worker.spare-threads", worker.spareThreads(), 0, 10_000),
            number(
                "worker.threads-per-tenant",
                Math.min(threads, worker.threadsPerTenant()),
                1,
                threads),
            number("worker.long-calls-at-once", worker.longCallsAtOnce(), 1, threads),
            number("worker.queued-per-tenant", worker.queuedPerTenant(), 1, 100_000),
            number("worker.waiters-per-function", worker.waitersPerFunction(), 0, 100_000),
            Duration.ofSeconds(
                number("worker.wait-max-seconds", (int) worker.waitMax().toSeconds(), 1, 300)),
            (long) number("worker.loaded-modules-mb", megabytes(worker), 1, 100_000) << 20),
        compiling(defaults.compiling()),
        connections(defaults.connections()));
  }

  private ConnectionLimits connections(ConnectionLimits defaults) {
    int all = number("gateway.connections", defaults.connections(), 1, 1_000_000);
    return new ConnectionLimits(
        all,
        number("gateway.connections-per-address", Math.min(all, defaults.perAddress()), 1, all),
        defaults.idle(),
        defaults.response(),
        defaults.bodyGrace(),
        defaults.bodyBytesPerSecond(),
        defaults.bodyMax());
  }

  private static int megabytes(WorkerConfig worker) {
    return (int) (worker.loadedModuleBytes() >> 20);
  }

  private CompileBudget compiling(CompileBudget defaults) {
    return new CompileBudget(
        Duration.ofSeconds(
            number("compile.max-seconds", (int) defaults.time().toSeconds(), 1, 3_600)),
        (long) number("compile.memory-mb", (int) (defaults.heapBytes() >> 20), 1, 100_000) << 20,
        defaults.atOnce());
  }

  private DatabaseConfig database(DatabaseConfig defaults) throws IOException {
    String url = values.getOrDefault("database.url", defaults.url());
    if (!url.startsWith("jdbc:postgresql:") && !url.startsWith("jdbc:h2:")) {
      findings.add(new Finding("database.url", "must start with jdbc:postgresql: or jdbc:h2:"));
    }
    return new DatabaseConfig(
        url,
        values.getOrDefault("database.user", defaults.user()),
        password(values.get("database.password-file"), defaults.password()),
        number("database.pool-size", defaults.poolSize(), 1, 100));
  }

  private Secret password(@Nullable String file, Secret otherwise) throws IOException {
    if (file == null) {
      return otherwise;
    }
    Path path = Path.of(file);
    if (!Files.isReadable(path)) {
      findings.add(
          new Finding("database.password-file", "'" + file + "' cannot be read; does it exist?"));
      return otherwise;
    }
    return new Secret(Files.readString(path).strip());
  }

  private int number(String key, int otherwise, int min, int max) {
    String text = values.get(key);
    if (text == null) {
      return otherwise;
    }
    if (text.matches("[0-9]{1,9}")) {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    }
    findings.add(
        new Finding(
            key, "must be a whole number from %d to %d, was '%s'".formatted(min, max, text)));
    return otherwise;
  }

  /** A configuration file has problems. */
  public static final class InvalidConfig extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidConfig(Path file, List<Finding> findings) {
      super(
          "The configuration %s has %d problem(s): %s"
              .formatted(
                  file,
                  findings.size(),
                  String.join("; ", findings.stream().map(Finding::toString).toList())));
    }
  }
}
