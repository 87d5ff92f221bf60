package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.store.s3.Bucket;
import dev.leat.store.s3.BucketConfig;
import dev.leat.testkit.CuttableProxy;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls that are run later and whose bodies and answers are too large for rows. */
@Timeout(180)
class LargeBodiesIT {
  private static final String LARGE = "x".repeat(200_000);

  @TempDir private Path directory;

  @Test
  void files_haveBodies_untilTheTenantIsGone() {
    try (RunningNode node = RunningNode.start(directory.resolve("data"))) {
      Workshop acme = node.workshop("acme");
      acme.deploy("echo", Guests.echo(), "");

      assertThat(answered(acme)).isEqualTo(LARGE);

      Eventually.holds("its input is removed, its answer is there", () -> files() == 1);
      assertThat(node.request("DELETE", "/v1/tenants/acme?force=true").operator().send().status())
          .isEqualTo(204);
      Eventually.holds("nothing is left", () -> files() == 0);
    }
  }

  @Test
  void bucket_hasBodies_andTheDatabaseThoseOfWhenItIsAway() throws Exception {
    try (S3Server server = S3Server.start();
        CuttableProxy proxy = CuttableProxy.to(server.url().getPort())) {
      BucketConfig bucket = bucket("http://127.0.0.1:" + proxy.port());
      Bucket bodies =
          new Bucket(
              bucket,
              bucket.bodiesPrefix(),
              Map.of(
                  "AWS_ACCESS_KEY_ID", S3Server.KEY_ID, "AWS_SECRET_ACCESS_KEY", S3Server.SECRET));
      NodeConfig config =
          NodeConfig.embedded(directory.resolve("data"), NodeConfig.DEFAULT_HOST, 0).with(bucket);
      try (RunningNode node = RunningNode.start(config)) {
        Workshop acme = node.workshop("acme");
        acme.deploy("echo", Guests.echo(), "");

        assertThat(answered(acme)).isEqualTo(LARGE);
        Eventually.holds(
            "its input is removed, its answer is there", () -> bodies.list("", 10).size() == 1);
        assertThat(files()).isZero();

        proxy.cut();
        assertThat(answered(acme)).isEqualTo(LARGE);
      }
    }
  }

  private static String answered(Workshop acme) {
    String id =
        acme.call("POST", "echo")
            .token(acme.token("invoker"))
            .field("Prefer", "respond-async")
            .body(LARGE)
            .send()
            .json()
            .path("id")
            .asText();
    assertThat(id).isNotEmpty();
    String developer = acme.token("developer");
    Eventually.holds(
        "it is done",
        () ->
            acme.request("GET", "/invocations/" + id)
                .token(developer)
                .send()
                .json()
                .path("state")
                .asText()
                .equals("done"));
    return acme.request("GET", "/invocations/" + id + "/result").token(developer).send().text();
  }

  /** -1 while some are being removed. */
  private long files() {
    try (Stream<Path> all = Files.walk(directory.resolve("data").resolve("bodies"))) {
      return all.filter(Files::isRegularFile).count();
    } catch (IOException | UncheckedIOException e) {
      return -1;
    }
  }

  private BucketConfig bucket(String url) throws IOException {
    Path credentials =
        Files.writeString(
            directory.resolve("credentials"),
            "aws_access_key_id=%s\naws_secret_access_key=%s\n"
                .formatted(S3Server.KEY_ID, S3Server.SECRET));
    return new BucketConfig(
        S3Server.BUCKET,
        url,
        "us-east-1",
        "leat/modules/",
        "leat/bodies/",
        credentials.toString(),
        Duration.ofSeconds(2));
  }
}
