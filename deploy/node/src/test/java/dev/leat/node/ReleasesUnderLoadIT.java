package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.ModuleDigest;
import dev.leat.node.NodeUnderTest.Workshop;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * Versions come, go back and come again while calls arrive at a fixed rate: none is lost, and each
 * is answered by one version as a whole. At full size, in about a minute: {@code mvn verify -pl
 * deploy/node -am -Dit.test=ReleasesUnderLoadIT -Dleat.releases=100 -Dleat.rate=1000}.
 */
class ReleasesUnderLoadIT {
  private static final int RELEASES = Integer.getInteger("leat.releases", 12);
  private static final int PER_SECOND = Integer.getInteger("leat.rate", 200);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);

  @TempDir private Path directory;

  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
  private final Map<String, Integer> answers = new ConcurrentHashMap<>();
  private volatile boolean isOver;

  @Test
  void deploymentsAndRollbacks_loseNoCall_andMixNoVersions(TestReporter report) throws Exception {
    try (RunningNode node = RunningNode.start(directory);
        HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      Workshop acme = node.workshop("acme");
      List<byte[]> modules = new ArrayList<>();
      for (int version = 1; version <= RELEASES + 1; version++) {
        byte[] module = Guests.saying("v" + version);
        assertThat(acme.publish(module).status()).isEqualTo(201);
        modules.add(module);
      }
      release(acme, modules.getFirst());
      CompletableFuture<Integer> sent =
          CompletableFuture.supplyAsync(
              () -> load(http, node.port()), task -> Thread.ofPlatform().start(task));

      for (int version = 2; version <= RELEASES + 1; version++) {
        release(acme, modules.get(version - 1));
        Answered back = acme.request("POST", "/functions/mask:rollback").operator().send();
        assertThat(back.status()).as(back.toString()).isEqualTo(200);
        assertThat(acme.call("POST", "mask").body("").send().text())
            .as("it has gone back")
            .isEqualTo(back.json().path("weights").fieldNames().next());
      }
      isOver = true;
      int count = sent.get(2 * CALL_TIMEOUT.toSeconds(), TimeUnit.SECONDS);

      assertThat(wrong).isEmpty();
      assertThat(answers.values().stream().mapToInt(n -> n).sum()).isEqualTo(count);
      assertThat(answers.keySet()).hasSizeGreaterThan(1);
      node.assertNothingHeld();
      report.publishEntry(Map.of("calls", "" + count, "versions", "" + answers.size()));
    }
  }

  private static void release(Workshop acme, byte[] module) {
    Answered deployed =
        acme.deploy(
            "mask",
            """
            apiVersion: leat/v1
            kind: Function
            metadata: {name: mask}
            spec: {module: "%s", contract: handler, route: {auth: public}}
            """
                .formatted(ModuleDigest.of(module)));
    assertThat(deployed.status()).as(deployed.toString()).isEqualTo(201);
  }

  /** Sends a call in each interval, whether those before are answered or not. */
  private int load(HttpClient http, int port) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/f/acme/mask"))
            .timeout(CALL_TIMEOUT)
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    List<CompletableFuture<Void>> calls = new ArrayList<>();
    long started = System.nanoTime();
    while (!isOver) {
      long due = started + calls.size() * (1_000_000_000L / PER_SECOND);
      for (long left; (left = due - System.nanoTime()) > 0; ) {
        LockSupport.parkNanos(left);
      }
      calls.add(
          http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
              .handle((answer, failure) -> {
                look(answer, failure);
                return null;
              }));
    }
    CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).join();
    return calls.size();
  }

  private void look(HttpResponse<String> answer, @Nullable Throwable failure) {
    if (failure != null) {
      wrong.add(failure.toString());
      return;
    }
    String version = answer.headers().firstValue("leat-function-version").orElse("");
    if (answer.statusCode() == 200 && answer.body().equals(version)) {
      answers.merge(version, 1, Integer::sum);
    } else {
      wrong.add(answer.statusCode() + " " + version + " says " + answer.body());
    }
  }
}
