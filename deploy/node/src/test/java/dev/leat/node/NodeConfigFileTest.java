package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.cluster.ClusterConfig;
import dev.leat.engine.CompileBudget;
import dev.leat.node.log.LogConfig;
import dev.leat.node.log.LogFormat;
import dev.leat.worker.WorkerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeConfigFileTest {
  private static final Secret NONE = new Secret("");

  @TempDir Path directory;
  private NodeConfig defaults;

  @BeforeEach
  void defaults() {
    defaults = NodeConfig.embedded(directory, "127.0.0.1", 0);
  }

  @Test
  void apply_knownKeys_overrideTheDefaults() throws IOException {
    Path password = Files.writeString(directory.resolve("password"), "s3cret\n");

    NodeConfig config =
        apply(
            """
            database: {url: "jdbc:postgresql://127.0.0.1/leat", user: leat, password-file: %s}
            worker: {guest-threads: 3}
            log: {format: json, access: true}
            compile: {max-seconds: 7, memory-mb: 9}
            """
                .formatted(password));

    assertThat(config.database().url()).isEqualTo("jdbc:postgresql://127.0.0.1/leat");
    assertThat(config.database().password().value()).isEqualTo("s3cret");
    assertThat(config.worker().guestThreads()).isEqualTo(3);
    assertThat(config.worker().threadsPerTenant()).isEqualTo(3);
    assertThat(config.log()).isEqualTo(new LogConfig(LogFormat.JSON, true));
    assertThat(config.compiling().time()).hasSeconds(7);
    assertThat(config.compiling().heapBytes()).isEqualTo(9 << 20);
    assertThat(config.toString()).doesNotContain("s3cret");
  }

  @Test
  void apply_emptyFile_changesNothing() throws IOException {
    assertThat(apply("")).isEqualTo(defaults);
  }

  @Test
  void apply_severalProblems_tellsThemAll() {
    assertThatThrownBy(() ->
            apply(
                """
                database: {url: "mysql:x", passwort: y}
                worker: {guest-threads: 0}
                wörker: 1
                """))
        .isInstanceOf(NodeConfigFile.InvalidConfig.class)
        .hasMessageContainingAll(
            "4 problem(s): ",
            "database.url: must start with jdbc:postgresql: or jdbc:h2:; ",
            "database.passwort: is no key here; the keys are url, user, password-file, pool-size",
            "worker.guest-threads: must be a whole number, 1-1000; was the number 0",
            "wörker: is no key here; did you mean 'worker'?");
  }

  @Test
  void apply_everyKey_isTaken() throws IOException {
    NodeConfig config =
        apply(
            """
            database: {url: "jdbc:h2:mem:x", user: u, pool-size: 2}
            blobs: database
            worker:
              guest-threads: 3
              spare-threads: 4
              threads-per-tenant: 2
              long-calls-at-once: 1
              queued-per-tenant: 5
              waiters-per-function: 6
              wait-max-seconds: 7
              loaded-modules-mb: 8
            compile: {max-seconds: 9, memory-mb: 10}
            gateway: {connections: 11, connections-per-address: 10}
            cluster:
              name: blue
              member-port: 5701
              drain-notice-seconds: 12
              kubernetes: {service-name: leat, namespace: functions}
            """);

    assertThat(config.database()).isEqualTo(new DatabaseConfig("jdbc:h2:mem:x", "u", NONE, 2));
    assertThat(config.blobs()).hasValue(BlobPlace.DATABASE);
    assertThat(config.worker())
        .isEqualTo(new WorkerConfig(3, 4, 2, 1, 5, 6, Duration.ofSeconds(7), 8 << 20));
    assertThat(config.compiling())
        .isEqualTo(
            new CompileBudget(Duration.ofSeconds(9), 10 << 20, defaults.compiling().atOnce()));
    assertThat(config.connections().connections()).isEqualTo(11);
    assertThat(config.connections().perAddress()).isEqualTo(10);
    assertThat(config.connections().idle()).isEqualTo(defaults.connections().idle());
    assertThat(config.cluster())
        .isEqualTo(
            new ClusterConfig(
                "blue",
                5701,
                Duration.ofSeconds(12),
                new ClusterConfig.Kubernetes("", "leat", "functions")));
    assertThat(config.port()).isEqualTo(defaults.port());
  }

  @Test
  void apply_blobs_areWhereItSays_elseByTheDatabase() throws IOException {
    String postgres = "database: {url: 'jdbc:postgresql://127.0.0.1/leat'}\n";

    assertThat(apply("").blobPlace()).isEqualTo(BlobPlace.FILES);
    assertThat(apply(postgres).blobPlace()).isEqualTo(BlobPlace.DATABASE);
    assertThat(apply("blobs: database").blobPlace()).isEqualTo(BlobPlace.DATABASE);
    assertThat(apply(postgres + "blobs: files").blobPlace()).isEqualTo(BlobPlace.FILES);
    assertThat(apply("{blobs: s3, bucket: {name: modules}}").blobPlace()).isEqualTo(BlobPlace.S3);
  }

  @Test
  void apply_redis_isAUrlWithoutAPassword() throws IOException {
    assertThat(apply("").redis().isSet()).isFalse();
    assertThat(apply("redis: {url: 'rediss://redis.example.org:6380/1'}").redis().isSet()).isTrue();
    for (String other :
        List.of(
            "redis://user:secret@host",
            "http://host",
            "redis://",
            "redis://a/b",
            "redis://a:70000")) {
      assertThatThrownBy(() -> apply("redis: {url: '" + other + "'}"))
          .isInstanceOf(NodeConfigFile.InvalidConfig.class)
          .hasMessageContaining("redis.url");
    }
  }

  @Test
  void apply_blobsElsewhere_isRefused() {
    assertThatThrownBy(() -> apply("blobs: s3"))
        .isInstanceOf(NodeConfigFile.InvalidConfig.class)
        .hasMessageContaining("blobs: s3 needs bucket.name");
    assertThatThrownBy(() -> apply("bucket: {name: modules}"))
        .hasMessageContaining("bucket.name is of no use without blobs: s3");
    assertThatThrownBy(() ->
            apply("{blobs: s3, bucket: {name: NO, endpoint: 'ftp://x', timeout-seconds: 21}}"))
        .hasMessageContainingAll("bucket.name", "bucket.endpoint", "bucket.timeout-seconds");
    for (String other : List.of("tape", "FILES", "0", "[]", "{}", "''")) {
      assertThatThrownBy(() -> apply("blobs: " + other))
          .as(other)
          .isInstanceOf(NodeConfigFile.InvalidConfig.class)
          .hasMessageContaining("blobs: must be database, files or s3");
    }
  }

  @Test
  void apply_secrets_areNotRepeated() throws IOException {
    Path password = Files.writeString(directory.resolve("password"), "s3cret\n");

    assertThatThrownBy(() ->
            apply(
                "database: {url: 'jdbc:mysql://h/?password=hidden', password-file: %s, x: 1}"
                    .formatted(password)))
        .hasMessageContaining("2 problem(s)")
        .hasMessageNotContainingAny("s3cret", "hidden");
  }

  @Test
  void apply_passwordFileMissing_saysSo() {
    assertThatThrownBy(() -> apply("database: {password-file: /no/such/file}"))
        .isInstanceOf(NodeConfigFile.InvalidConfig.class)
        .hasMessageContaining(
            "database.password-file: must name a file that can be read; does it exist?");
  }

  @Test
  void apply_endlessFile_isRefused() {
    assertThatThrownBy(() -> apply("# " + "x".repeat(64 << 10)))
        .isInstanceOf(NodeConfigFile.InvalidConfig.class)
        .hasMessageContaining("longer than the 65536 bytes allowed");
  }

  @Test
  void apply_notYaml_saysSo() {
    assertThatThrownBy(() -> apply("a: [b"))
        .isInstanceOf(NodeConfigFile.InvalidConfig.class)
        .hasMessageContaining("line 1, column 6: cannot be read: while parsing a flow sequence");
  }

  private NodeConfig apply(String yaml) throws IOException {
    return NodeConfigFile.apply(
        Files.writeString(directory.resolve("leat-node.yaml"), yaml), defaults);
  }
}
