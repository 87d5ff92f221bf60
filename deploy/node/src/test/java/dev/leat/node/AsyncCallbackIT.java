package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What accepted calls lead to, within what their tenants may do. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AsyncCallbackIT {
  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private RunningNode node;
  private HttpServer server;

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    node = RunningNode.start(directory);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
    server.createContext(
        "/",
        exchange -> {
          received.add(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterAll
  void stop() {
    server.stop(0);
    node.assertNothingHeld();
    node.close();
  }

  @Test
  void callback_waitsForTheKey_andForATenantThatIsSuspended() {
    Workshop acme = workshop("acme");
    String id = accepted(acme, "/suspended");
    Eventually.holds(
        "it has no key", () -> callback(acme, id).path("why").asText().equals("no-key"));
    assertThat(callback(acme, id).path("state").asText()).isEqualTo("waiting");
    assertThat(callback(acme, id).path("lastError").asText()).contains("callback-key");
    assertThat(acme.request("POST", ":suspend").operator().send().status()).isEqualTo(200);
    Eventually.holds(
        "the node knows of it",
        () -> call(acme, "/suspended").problem().startsWith("403 tenant-suspended"));
    setKey(acme);

    Instant due = Instant.parse(callback(acme, id).path("nextAttemptAt").asText());
    Eventually.holds(
        "its time has long come", () -> Instant.now().isAfter(due.plus(Duration.ofSeconds(2))));
    assertThat(received).doesNotContain("/suspended");
    assertThat(callback(acme, id).path("state").asText()).isEqualTo("waiting");

    assertThat(acme.request("POST", ":resume").operator().send().status()).isEqualTo(200);
    Eventually.holds("it is sent", () -> received.contains("/suspended"));
    Eventually.holds(
        "it is shown as sent", () -> callback(acme, id).path("state").asText().equals("delivered"));
    assertThat(callback(acme, id).path("lastStatus").asInt()).isEqualTo(204);
  }

  @Test
  void callback_takesOneOfTheRequestsOfAMinute() {
    Workshop few = workshop("few");
    setKey(few);
    setQuota(few, "told", "\"outbound-per-minute\":1,\"requests-per-second\":1,\"burst\":1");

    List<String> ids = List.of(accepted(few, "/few"), accepted(few, "/few"));

    Eventually.holds(
        "one is sent", () -> any(few, ids, it -> it.path("state").asText().equals("delivered")));
    Eventually.holds(
        "the other waits", () -> any(few, ids, it -> it.path("why").asText().equals("quota")));
    assertThat(received.stream().filter("/few"::equals)).hasSize(1);
  }

  @Test
  void destination_firstAttempt_isARequestOfTheTenants() {
    Workshop slow = node.workshop("slow");
    slow.deploy("first", Guests.echo(), "  async: {onSuccess: next}\n");
    slow.deploy("next", Guests.echo(), "");
    setQuota(slow, "first", "\"requests-per-second\":1,\"burst\":1");

    Instant asked = Instant.now();
    while (later(slow, "first").status() == 429) {
      asked = Instant.now();
    }
    Eventually.holds("the next one was called", () -> !called(slow, "next").isEmpty());

    Instant ended = Instant.parse(called(slow, "next").path(0).path("endedAt").asText());
    assertThat(Duration.between(asked, ended))
        .as("the one request of a second was the first one's")
        .isGreaterThan(Duration.ofMillis(900));
  }

  /** Until the node knows of it. */
  private static void setQuota(Workshop of, String function, String limits) {
    assertThat(of.setQuota("{" + limits + "}").status()).isEqualTo(200);
    Eventually.holds(
        "the node knows of it", () -> of.call("POST", function).operator().send().status() == 429);
  }

  private static boolean any(Workshop of, List<String> ids, Predicate<JsonNode> fits) {
    return ids.stream().map(it -> callback(of, it)).anyMatch(fits);
  }

  private static JsonNode called(Workshop of, String function) {
    return of.request("GET", "/invocations?function=" + function)
        .operator()
        .send()
        .json()
        .path("items");
  }

  private static Answered later(Workshop of, String function) {
    return of.call("POST", function).operator().field("Prefer", "respond-async").send();
  }

  /** One whose function {@code told} may have its callbacks sent to the server of this test. */
  private Workshop workshop(String name) {
    Workshop made = node.workshop(name);
    made.deploy("told", Guests.echo(), "  async: {callbacks: ['%s/**']}\n".formatted(url()));
    assertThat(
            made.request("PUT", "/powers")
                .operator()
                .json("{\"privateAddresses\":[\"127.0.0.1\"]}")
                .send()
                .status())
        .isEqualTo(200);
    return made;
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private static void setKey(Workshop of) {
    Answered set =
        of.request("PUT", "/secrets/callback-key")
            .operator()
            .field("Content-Type", "application/octet-stream")
            .body("a key of some length")
            .send();
    assertThat(set.status()).as(set.toString()).isEqualTo(201);
  }

  /** Until the tenant's powers are known none is accepted, nor beyond its rate. */
  private String accepted(Workshop of, String path) {
    Answered answered = call(of, path);
    while (answered.status() == 429
        || answered.problem().equals("403 callback-not-allowed gateway")) {
      answered = call(of, path);
    }
    assertThat(answered.status()).as(answered.toString()).isEqualTo(202);
    return answered.json().path("id").asText();
  }

  private Answered call(Workshop of, String path) {
    return of.call("POST", "told")
        .operator()
        .field("Prefer", "respond-async")
        .field("Leat-Callback-Url", url() + path)
        .body("hello")
        .send();
  }

  private static JsonNode callback(Workshop of, String id) {
    return of.request("GET", "/invocations/" + id).operator().send().json().path("callback");
  }
}
