package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.store.s3.BucketConfig;
import dev.leat.testkit.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose modules are in a bucket. */
class BucketIT {
  @TempDir private Path directory;

  @Test
  void modules_areInTheBucket_andNotInTheDataDirectory() throws IOException {
    try (S3Server server = S3Server.start();
        RunningNode node = RunningNode.start(config(server.url().toString()))) {
      node.workshop("acme").deployPublic("echo", Guests.echo());

      assertThat(node.request("POST", "/f/acme/echo").body("hello").send().text())
          .isEqualTo("hello");
      assertThat(directory.resolve("data").resolve("blobs")).isEmptyDirectory();
    }
  }

  @Test
  void start_withoutABucket_saysWhatToDo() throws IOException {
    NodeConfig config = config("http://127.0.0.1:1");

    assertThatThrownBy(() -> Node.start(config))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("'modules'", "127.0.0.1:1", "bucket.endpoint")
        .hasMessageNotContaining(S3Server.SECRET);
  }

  private NodeConfig config(String url) throws IOException {
    Path credentials =
        Files.writeString(
            directory.resolve("credentials"),
            "aws_access_key_id=%s\naws_secret_access_key=%s\n"
                .formatted(S3Server.KEY_ID, S3Server.SECRET));
    return NodeConfig.embedded(directory.resolve("data"), NodeConfig.DEFAULT_HOST, 0)
        .with(
            new BucketConfig(
                S3Server.BUCKET,
                url,
                "us-east-1",
                "leat/",
                "bodies/",
                credentials.toString(),
                Duration.ofSeconds(5)));
  }
}
