package dev.leat.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.leat.gateway.http.BodyMemory;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.Eventually;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls that are accepted and run later, over HTTP. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AsyncInvocationIT {
  private RunningNode node;
  private Workshop acme;
  private String invoker;

  @BeforeAll
  void start(@TempDir Path directory) {
    node = RunningNode.start(directory);
    acme = node.workshop("acme");
    acme.deploy("echo", Guests.echo(), "");
    acme.deploy(
        "teapot", Guests.responding(418, Map.of("x-tea", "green", "set-cookie", "a=b")), "");
    acme.deploy("trap", Guests.trapping(), "");
    acme.deploy("spin", Guests.spinning(), "  limits: {timeout: 1m}\n");
    acme.deploy("once", Guests.failing(), "  async: {attempts: 1}\n");
    invoker = acme.token("invoker");
  }

  @AfterAll
  void stop() {
    node.assertNothingHeld();
    node.close();
  }

  @Test
  void respondAsync_isAcceptedRunAndItsAnswerKept() {
    Answered accepted = later("echo/a?b=c", "hello");

    assertThat(accepted.status()).as(accepted.toString()).isEqualTo(202);
    assertThat(accepted.header("preference-applied")).isEqualTo("respond-async");
    String id = accepted.json().path("id").asText();
    assertThat(accepted.header("location")).isEqualTo(acme.path("/invocations/" + id));
    awaitState(id, "done");
    Answered result = result(id);
    assertThat(result.status()).isEqualTo(200);
    assertThat(result.text()).isEqualTo("hello");
    assertThat(result.header("content-security-policy")).startsWith("sandbox");
    JsonNode shown = show(id).json();
    assertThat(shown.path("attempts").asInt()).isEqualTo(1);
    Eventually.holds(
        "the attempt's record is there",
        () -> show(id).json().at("/lastAttempt/outcome").asText().equals("responded"));
  }

  @Test
  void result_isTheFunctionsOwn_butForCookies() {
    String id = accepted("teapot");
    awaitState(id, "done");

    Answered result = result(id);
    assertThat(result.status()).isEqualTo(418);
    assertThat(result.header("x-tea")).isEqualTo("green");
    assertThat(result.header("set-cookie")).isEmpty();
    assertThat(result.header("leat-error-source")).isEqualTo("function");
  }

  @Test
  void result_withoutMemoryForIt_isNotEvenRead() {
    String id = later("echo", "x".repeat(200_000)).json().path("id").asText();
    awaitState(id, "done");
    List<BodyMemory.Reservation> others = new ArrayList<>();
    Answered refused;
    try {
      BodyMemory.Reservation other;
      do {
        other = node.node.assembly.bodies.ofControl("other " + others.size());
        others.add(other);
      } while (other.take(64 << 10));
      refused = result(id);
    } finally {
      others.forEach(BodyMemory.Reservation::close);
    }

    assertThat(refused.problem()).isEqualTo("503 overloaded scheduler");
    assertThat(refused.json().path("detail").asText())
        .isEqualTo("The memory for responses is used up. Ask again later.");
    assertThat(result(id).text()).hasSize(200_000);
  }

  @Test
  void trap_hasFailed_andHasNoResult() {
    String id = accepted("trap");
    awaitState(id, "failed");

    assertThat(result(id).problem()).isEqualTo("409 no-result gateway");
    assertThat(show(id).json().path("outcome").asText()).isEqualTo("trapped");
  }

  @Test
  void failure_afterAllItsAttempts_isDead() {
    String id = accepted("once");

    awaitState(id, "dead");
  }

  @Test
  void cancel_endsOneThatRuns() {
    String id = accepted("spin");
    awaitState(id, "running");
    assertThat(result(id).problem()).isEqualTo("425 not-ready gateway");

    Answered cancelled = acme.request("DELETE", "/invocations/" + id).token(invoker).send();

    assertThat(cancelled.json().path("cancelling").asBoolean()).isTrue();
    awaitState(id, "cancelled");
    assertThat(result(id).problem()).isEqualTo("409 no-result gateway");
  }

  @Test
  void whoeverMayOnlyCall_seesHisOwn_andNobodySeesAnotherTenants() {
    String id = accepted("echo");
    awaitState(id, "done");
    String another =
        acme.request("POST", "/tokens")
            .operator()
            .json("{\"roles\":[\"invoker\"],\"subject\":\"another\",\"ttlSeconds\":600}")
            .send()
            .json()
            .path("token")
            .asText();
    Workshop other = node.workshop("other");

    assertThat(acme.request("GET", "/invocations/" + id + "/result").token(another).send().status())
        .isEqualTo(404);
    assertThat(acme.request("DELETE", "/invocations/" + id).token(another).send().status())
        .isEqualTo(404);
    assertThat(
            acme.request("GET", "/invocations/" + id)
                .token(acme.token("developer"))
                .send()
                .status())
        .isEqualTo(200);
    assertThat(other.request("GET", "/invocations/" + id).operator().send().status())
        .isEqualTo(404);
    assertThat(other.request("GET", "/invocations/" + id + "/result").operator().send().problem())
        .isEqualTo("404 not-found gateway");
  }

  @Test
  void idempotencyKey_sameRequest_isTheSameInvocation() {
    String first = keyed("k1", "a").json().path("id").asText();

    assertThat(keyed("k1", "a").json().path("id").asText()).isEqualTo(first);
    awaitState(first, "done");
    assertThat(keyed("k1", "a").json().path("id").asText()).isEqualTo(first);
    assertThat(keyed("k1", "b").problem()).isEqualTo("422 key-reused gateway");
    assertThat(keyed("not a key", "b").problem()).isEqualTo("400 invalid-request gateway");
  }

  @Test
  void idempotencyKey_ofACallThatIsWaitedFor_getsTheFirstAnswer() {
    Answered first = waited("teapot", "w1", "a");
    Answered again = waited("teapot", "w1", "a");

    assertThat(again.status()).isEqualTo(first.status()).isEqualTo(418);
    assertThat(again.text()).isEqualTo(first.text());
    assertThat(again.header("x-tea")).isEqualTo("green");
    assertThat(again.header("leat-replayed")).isEqualTo("true");
    assertThat(first.header("leat-replayed")).isEmpty();
    assertThat(again.header("leat-error-source")).isEqualTo("function");
    assertThat(waited("teapot", "w1", "b").problem()).isEqualTo("422 key-reused gateway");
    assertThat(waited("teapot", "not a key", "b").problem())
        .isEqualTo("400 invalid-request gateway");
    assertThat(waited("trap", "w1", "a").problem()).isEqualTo("502 function-trapped worker");
    Answered trapped = waited("trap", "w1", "a");
    assertThat(trapped.problem()).isEqualTo("502 function-trapped worker");
    assertThat(trapped.header("leat-replayed")).isEqualTo("true");
  }

  @Test
  void idempotencyKey_whileTheFirstRuns_isPending() {
    acme.deploy("busy", Guests.spinning(), "  limits: {timeout: 3s}\n");
    CompletableFuture<Answered> other =
        CompletableFuture.supplyAsync(() -> waited("busy", "w2", "a"));

    Eventually.holds(
        "one of the two found it pending", // whichever came first runs
        () -> isPending(waited("busy", "w2", "a")) || (other.isDone() && isPending(other.join())));
    other.join();
    assertThat(waited("busy", "w2", "a").problem()).startsWith("504 function-timeout");
  }

  private static boolean isPending(Answered answered) {
    return answered.problem().equals("409 key-pending gateway");
  }

  private Answered waited(String function, String key, String body) {
    return acme.call("POST", function)
        .token(invoker)
        .field("Idempotency-Key", key)
        .body(body)
        .send();
  }

  @Test
  void deadLetter_isRedriven_byTheVersionThatMendsIt() {
    Workshop broken = node.workshop("broken");
    broken.deploy("f", Guests.trapping(), "");
    Answered accepted =
        broken.call("POST", "f").operator().field("Prefer", "respond-async").body("hello").send();
    String id = accepted.json().path("id").asText();
    Eventually.holds(
        "it is a dead letter",
        () -> broken.request("GET", "/dead-letters/" + id).operator().send().status() == 200);
    JsonNode letter = broken.request("GET", "/dead-letters/" + id).operator().send().json();
    assertThat(letter.at("/input/body").asText()).isEqualTo("aGVsbG8=");
    assertThat(letter.path("outcome").asText()).isEqualTo("trapped");
    broken.deploy("f", Guests.echo(), "");

    assertThat(redrive(broken, "\"to\":\"v2\",\"dryRun\":true").json())
        .hasToString("{\"done\":1,\"left\":0}");
    assertThat(redrive(broken, "\"to\":\"v9\"").problem())
        .isEqualTo("404 function-not-found gateway");
    assertThat(redrive(broken, "\"to\":\"v2\"").json()).hasToString("{\"done\":1,\"left\":0}");

    Eventually.holds(
        "the mended version answers",
        () ->
            broken
                .request("GET", "/invocations/" + id + "/result")
                .operator()
                .send()
                .text()
                .equals("hello"));
  }

  private static Answered redrive(Workshop of, String more) {
    return of.request("POST", "/dead-letters:redrive")
        .operator()
        .json("{\"function\":\"f\",%s}".formatted(more))
        .send();
  }

  @Test
  void callback_isSentSigned_andOnlyToWhereTheManifestAndTheAddressAllow() throws Exception {
    Workshop calling = node.workshop("calling");
    BlockingQueue<String> received = new LinkedBlockingQueue<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
    server.createContext(
        "/",
        exchange -> {
          received.add(
              exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Leat-Invocation-State")
                  + " "
                  + exchange.getRequestHeaders().getFirst("Leat-Signature").substring(0, 2)
                  + " "
                  + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    try {
      String hook = "http://127.0.0.1:" + server.getAddress().getPort();
      calling.deploy(
          "told",
          Guests.echo(),
          "  async: {callbacks: ['%s/hooks/**', 'http://10.0.0.1'], onSuccess: next}\n"
              .formatted(hook));
      calling.deploy("next", Guests.echo(), "");
      String token = calling.token("invoker");

      assertThat(calledBack(calling, token, "http://10.0.0.1/").problem())
          .isEqualTo("403 callback-not-allowed gateway");
      assertThat(calledBack(calling, token, hook + "/hooks/1").problem())
          .as("no private address is reached unless it was opened")
          .isEqualTo("403 callback-not-allowed gateway");
      assertThat(
              calling
                  .request("PUT", "/powers")
                  .operator()
                  .json("{\"privateAddresses\":[\"127.0.0.1\"]}")
                  .send()
                  .status())
          .isEqualTo(200);
      assertThat(
              calling
                  .request("PUT", "/secrets/callback-key")
                  .operator()
                  .field("Content-Type", "application/octet-stream")
                  .body("a key of some length")
                  .send()
                  .status())
          .isEqualTo(201);
      assertThat(calledBack(calling, token, hook + "/elsewhere").problem())
          .isEqualTo("403 callback-not-allowed gateway");
      assertThat(calledBack(calling, token, "gopher://x").problem())
          .isEqualTo("400 invalid-request gateway");

      Eventually.holds(
          "its powers are known",
          () -> calledBack(calling, token, hook + "/hooks/1?a=b").status() == 202);

      assertThat(received.poll(60, TimeUnit.SECONDS)).isEqualTo("/hooks/1?a=b done t= hello");
      Eventually.holds(
          "the next function was called with the answer",
          () ->
              calling
                  .request("GET", "/invocations?function=next")
                  .operator()
                  .send()
                  .text()
                  .contains("\"next\""));
    } finally {
      server.stop(0);
    }
  }

  private static Answered calledBack(Workshop of, String token, String url) {
    return of.call("POST", "told")
        .token(token)
        .field("Prefer", "respond-async")
        .field("Leat-Callback-Url", url)
        .body("hello")
        .send();
  }

  @Test
  void deploy_whoseAsyncLacksItsKeyAndItsDestinations_saysSo() {
    Workshop lacking = node.workshop("lacking");
    String async =
        "  async: {callbacks: ['https://hooks.example.org/**'], onSuccess: next, onFailure: tell}\n";

    String notes = lacking.tryDeploy("told", Guests.echo(), async).json().path("notes").toString();
    assertThat(notes)
        .contains("spec.async.callbacks", "leat secret set callback-key --from-file F")
        .contains("names 'next', which is not deployed", "names 'tell', which is not deployed");

    lacking.deploy("next", Guests.echo(), "");
    lacking.deploy("tell", Guests.echo(), "");
    lacking
        .request("PUT", "/secrets/callback-key")
        .operator()
        .field("Content-Type", "application/octet-stream")
        .body("a key of some length")
        .send();

    Answered complete = lacking.tryDeploy("told", Guests.echo(), async);
    assertThat(complete.status()).as(complete.toString()).isEqualTo(201);
    assertThat(complete.text()).doesNotContain("spec.async");
  }

  @Test
  void backlog_isTheTenantsQuota() {
    Workshop small = node.workshop("small");
    small.deploy("spin", Guests.spinning(), "  limits: {timeout: 5s}\n");
    small.setQuota("{\"async-backlog\":2}");
    String token = small.token("invoker");
    for (int i = 0; i < 2; i++) {
      assertThat(later(small, token).status()).isEqualTo(202);
    }

    Answered third = later(small, token);

    assertThat(third.problem()).isEqualTo("429 quota-exceeded quota");
    assertThat(third.header("retry-after")).isNotEmpty();
    assertThat(node.request("DELETE", small.path("?force=true")).operator().send().status())
        .isLessThan(300);
  }

  @Test
  void schedules_areRefusedForWhatCannotBeCalled_andBeyondTheQuota() {
    Workshop timed = node.workshop("timed");
    timed.deploy("echo", Guests.echo(), "  limits: {request: 1Ki}\n");
    timed.deploy("read", Guests.echo(), "  route: {methods: [GET]}\n");

    assertThat(schedule(timed, "read", "").problem()).isEqualTo("405 method-not-allowed gateway");
    assertThat(schedule(timed, "none", "").problem()).isEqualTo("404 function-not-found gateway");
    assertThat(schedule(timed, "echo:live", "").problem())
        .isEqualTo("404 function-not-found gateway");
    assertThat(schedule(timed, "echo", "a".repeat(1_400)).problem())
        .isEqualTo("413 body-too-large gateway");
    assertThat(schedule(timed, "echo", "%").problem()).isEqualTo("400 invalid-request gateway");
    timed.setQuota("{\"schedules\":1}");
    Answered made = schedule(timed, "echo:v1", "e30=");
    assertThat(made.status()).as(made.toString()).isEqualTo(201);
    assertThat(schedule(timed, "echo", "").problem()).isEqualTo("409 conflict gateway");
    String path = "/schedules/" + made.json().path("id").asText();
    assertThat(timed.request("GET", path).token(timed.token("invoker")).send().status())
        .isEqualTo(403);
    assertThat(acme.request("GET", path).operator().send().status()).isEqualTo(404);
    JsonNode shown = timed.request("GET", path).operator().send().json();
    assertThat(shown.path("data").asText()).isEqualTo("e30=");
    assertThat(shown.path("function").asText()).isEqualTo("echo:v1");
    assertThat(timed.request("POST", ":suspend").operator().send().status()).isEqualTo(200);
    timed.setQuota("{\"schedules\":9}");
    assertThat(schedule(timed, "echo", "").problem()).isEqualTo("403 tenant-suspended gateway");
  }

  private static Answered schedule(Workshop of, String function, String data) {
    return of.request("POST", "/schedules")
        .operator()
        .json(
            "{\"function\":\"%s\",\"cron\":\"0 3 * * *\",\"data\":\"%s\"}"
                .formatted(function, data))
        .send();
  }

  private static Answered later(Workshop of, String token) {
    return of.call("POST", "spin").token(token).field("Prefer", "respond-async").send();
  }

  private Answered keyed(String key, String body) {
    return acme.call("POST", "echo")
        .token(invoker)
        .field("Prefer", "respond-async, wait=10")
        .field("Idempotency-Key", key)
        .body(body)
        .send();
  }

  private String accepted(String function) {
    return later(function, "x").json().path("id").asText();
  }

  private Answered later(String function, String body) {
    return acme.call("POST", function)
        .token(invoker)
        .field("Prefer", "respond-async")
        .body(body)
        .send();
  }

  private Answered show(String id) {
    return acme.request("GET", "/invocations/" + id).token(invoker).send();
  }

  private Answered result(String id) {
    return acme.request("GET", "/invocations/" + id + "/result").token(invoker).send();
  }

  private void awaitState(String id, String state) {
    Eventually.holds(
        id + " is " + state, () -> show(id).json().path("state").asText().equals(state));
  }
}
