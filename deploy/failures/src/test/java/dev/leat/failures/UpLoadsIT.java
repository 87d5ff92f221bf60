package dev.leat.failures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.cli.Leat;
import dev.leat.testkit.AnotherJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node alone pays nothing for clusters, nor for a bucket, a Redis or a collector that it does not
 * use.
 */
class UpLoadsIT {
  @TempDir private Path directory;

  @Test
  void up_loadsNothingOfACluster() throws IOException, InterruptedException {
    Path loaded = directory.resolve("loaded.txt");
    Path data = directory.resolve("data");
    Process node =
        AnotherJvm.of(
                List.of("-Xmx512m", "-Xlog:class+load:file=" + loaded),
                Leat.class,
                "up",
                "--data",
                data.toString(),
                "--port",
                "0",
                "--stop-when-ready")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(directory.resolve("out.txt").toFile())
            .start();
    try {
      assertThat(node.waitFor(120, TimeUnit.SECONDS)).isTrue();
    } finally {
      node.destroyForcibly();
    }

    assertThat(directory.resolve("out.txt")).content().contains("Leat is ready at ");
    assertThat(Files.readAllLines(loaded))
        .anyMatch(line -> line.contains("dev.leat.node.Assembly"))
        .noneMatch(line ->
            line.contains("com.hazelcast.")
                || line.contains("org.bouncycastle.")
                || line.contains("software.amazon.")
                || line.contains("io.lettuce.")
                || line.contains("dev.leat.worker.redis.RedisLine ")
                || line.contains("io.opentelemetry.")
                || line.contains("dev.leat.registry.s3.Bucket ")
                || line.contains("dev.leat.cluster.hazelcast.")
                || line.contains("dev.leat.scheduler.http."));
  }
}
