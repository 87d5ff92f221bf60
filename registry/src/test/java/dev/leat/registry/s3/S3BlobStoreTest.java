package dev.leat.registry.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.engine.ModuleTampered;
import dev.leat.registry.module.BlobStore;
import dev.leat.registry.module.BlobStoreContract;
import dev.leat.store.StoreFailure;
import dev.leat.store.s3.Bucket;
import dev.leat.store.s3.BucketConfig;
import dev.leat.testkit.CuttableProxy;
import dev.leat.testkit.S3Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real server of the protocol, which checks signatures, and against bad ones. */
final class S3BlobStoreTest extends BlobStoreContract {
  private static final Map<String, String> CREDENTIALS =
      Map.of("AWS_ACCESS_KEY_ID", S3Server.KEY_ID, "AWS_SECRET_ACCESS_KEY", S3Server.SECRET);
  private static final byte[] BYTES = {1, 2, 3};
  private static final ModuleDigest DIGEST = ModuleDigest.of(BYTES);

  private static S3Server server;

  @TempDir private Path directory;
  private final String prefix = UUID.randomUUID() + "/";

  @BeforeAll
  static void start() {
    server = S3Server.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Override
  protected BlobStore newStore() {
    return new S3BlobStore(config(server.url().toString()), CREDENTIALS);
  }

  @Override
  protected BlobStore reopened() {
    return newStore();
  }

  @Override
  protected void alter(ModuleDigest stored) {
    bucket().put(stored.hex(), new byte[] {0});
  }

  @Test
  void start_whatCannotBeUsed_saysWhyAndWhatToDo() throws IOException {
    String url = server.url().toString();
    assertThatCode(() -> new S3BlobStore(config(url), CREDENTIALS).start())
        .doesNotThrowAnyException();

    assertThatThrownBy(() -> new S3BlobStore(config(url, "no-such-bucket"), CREDENTIALS).start())
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("'no-such-bucket'", "there is no such bucket", "bucket.name");
    assertThatThrownBy(() ->
            new S3BlobStore(
                    config(url),
                    Map.of("AWS_ACCESS_KEY_ID", S3Server.KEY_ID, "AWS_SECRET_ACCESS_KEY", "bad1"))
                .start())
        .hasMessageContaining("the credentials are not accepted")
        .hasMessageNotContaining("bad1");
    assertThatThrownBy(() -> new S3BlobStore(config(url), Map.of()).start())
        .hasMessageContaining("AWS_ACCESS_KEY_ID");
    int port;
    try (ServerSocket closed = new ServerSocket(0)) {
      port = closed.getLocalPort();
    }
    assertThatThrownBy(
            () -> new S3BlobStore(config("http://127.0.0.1:" + port), CREDENTIALS).start())
        .hasMessageContaining("no answer");
  }

  @Test
  void credentialsFile_changed_isReadAgain() throws IOException {
    Path file = directory.resolve("credentials");
    Files.writeString(file, "[other]\naws_access_key_id = no\n");
    BucketConfig config =
        new BucketConfig(
            S3Server.BUCKET,
            server.url().toString(),
            "us-east-1",
            prefix,
            "bodies/",
            file.toString(),
            Duration.ofSeconds(10));
    S3BlobStore store = new S3BlobStore(config, Map.of());
    assertThatThrownBy(store::start)
        .hasMessageContaining("has no aws_access_key_id and aws_secret_access_key");

    Files.writeString(
        file,
        "[default]\naws_access_key_id=%s\naws_secret_access_key = %s\n"
            .formatted(S3Server.KEY_ID, S3Server.SECRET));
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(5)));
    store.start();
    store.put(DIGEST, BYTES);

    assertThat(store.load(DIGEST)).contains(BYTES);
  }

  @Test
  void load_longerThanAnyModule_isTampered() {
    bucket().put(DIGEST.hex(), new byte[Limits.MODULE_BYTES_MAX + 1]);

    assertThatThrownBy(() -> newStore().load(DIGEST)).isInstanceOf(ModuleTampered.class);
  }

  @Test
  void list_objectsOfSomebodyElse_arePassedOver() {
    BlobStore store = newStore();
    bucket().put("README", BYTES);
    bucket().put("zz", BYTES);
    store.put(DIGEST, BYTES);

    assertThat(store.stored(Optional.empty(), 1)).extracting("digest").containsExactly(DIGEST);
    assertThat(store.stored(Optional.of(DIGEST), 1)).isEmpty();
  }

  @Test
  void away_isRetryable_andWorksAgainWhenItIsBack() throws Exception {
    try (CuttableProxy proxy = CuttableProxy.to(server.url().getPort())) {
      S3BlobStore store = new S3BlobStore(config("http://127.0.0.1:" + proxy.port()), CREDENTIALS);
      store.put(DIGEST, BYTES);
      proxy.cut();

      assertThatThrownBy(() -> store.load(DIGEST))
          .isInstanceOfSatisfying(
              StoreFailure.class, failure -> assertThat(failure.isRetryable()).isTrue());

      proxy.mend();
      assertThat(store.load(DIGEST)).contains(BYTES);
    }
  }

  @Test
  void failuresThatPass_areTriedAFewTimes() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger failing = new AtomicInteger(Bucket.ATTEMPTS_MAX - 1);
    HttpServer bad =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    bad.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(failing.getAndDecrement() > 0 ? 503 : 200, -1);
          exchange.close();
        });
    bad.start();
    try {
      S3BlobStore store =
          new S3BlobStore(config("http://127.0.0.1:" + bad.getAddress().getPort()), CREDENTIALS);

      store.put(DIGEST, BYTES);
      assertThat(asked).hasValue(Bucket.ATTEMPTS_MAX);

      failing.set(Integer.MAX_VALUE);
      asked.set(0);
      assertThatThrownBy(() -> store.put(DIGEST, BYTES)).isInstanceOf(StoreFailure.class);
      assertThat(asked).hasValue(Bucket.ATTEMPTS_MAX);
    } finally {
      bad.stop(0);
    }
  }

  /** One that takes the connection and says nothing. */
  @Test
  void silence_endsWithTheTimeout() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      BucketConfig config =
          new BucketConfig(
              S3Server.BUCKET,
              "http://127.0.0.1:" + silent.getLocalPort(),
              "us-east-1",
              prefix,
              "bodies/",
              "",
              Duration.ofMillis(200));

      assertThatThrownBy(() -> new S3BlobStore(config, CREDENTIALS).load(DIGEST))
          .isInstanceOfSatisfying(
              StoreFailure.class, failure -> assertThat(failure.isRetryable()).isTrue())
          .hasRootCauseMessage("no answer in 200 ms");
    }
  }

  private Bucket bucket() {
    return new Bucket(config(server.url().toString()), prefix, CREDENTIALS);
  }

  private BucketConfig config(String url) {
    return config(url, S3Server.BUCKET);
  }

  private BucketConfig config(String url, String bucket) {
    return new BucketConfig(
        bucket, url, "us-east-1", prefix, "bodies/", "", Duration.ofSeconds(10));
  }
}
