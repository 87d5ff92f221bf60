package dev.leat.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.Invocation;
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.CallerKey;
import dev.leat.testkit.Eventually;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Calls with an {@code Idempotency-Key}. Each test has keys of its own. */
class KeyedCallTest {
  private static GatewayUnderTest node;

  @BeforeAll
  static void start() {
    node = GatewayUnderTest.start();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @AfterEach
  void forgetCalls() {
    node.functions.invoked.clear();
    node.functions.script = call -> ScriptedFunctions.saying("hello");
    node.later.all.clear();
    node.later.answer = wish -> new Acceptance.Accepted(wish.id(), true);
  }

  @Test
  void hangUp_ofACallThatHasBegun_doesNotEndIt_andItsAnswerIsKept() throws Exception {
    node.functions.script = null;
    try (Socket client = node.open()) {
      client
          .getOutputStream()
          .write(
              "GET /f/acme/open HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: left\r\n\r\n"
                  .getBytes(StandardCharsets.UTF_8));
      Eventually.holds("it runs", () -> node.functions.running.size() == 1);
    }
    Eventually.holds(
        "the client has gone", () -> node.ended.stream().anyMatch(it -> it.status() == 0));

    assertThat(node.functions.invoked)
        .extracting(Invocation::cancellation)
        .noneMatch(Cancellation::isCancelled);
    assertThat(open("left").problem()).isEqualTo("409 key-pending");
    node.functions.endAll(ScriptedFunctions.saying("once"));

    Eventually.holds("its answer is kept", () -> open("left").body().equals("once"));
    assertThat(open("left").field("leat-replayed")).isEqualTo("true");
    assertThat(node.functions.invoked).hasSize(1);
  }

  /** A public function with a login of its own. */
  @Test
  void key_ofAPublicFunction_isOfWhoeverHasTheCredentials() {
    node.functions.script =
        call -> ScriptedFunctions.saying("for " + node.functions.invoked.size());
    Received ann = open("order-1", "Cookie", "session=ann");

    assertThat(open("order-1", "Cookie", "session=bob").body()).isEqualTo("for 2");
    assertThat(open("order-1", "Authorization", "Basic Ym9i").body()).isEqualTo("for 3");
    assertThat(open("order-1").body()).isEqualTo("for 4");
    assertThat(open("order-1", "Cookie", "session=ann").body()).isEqualTo(ann.body());
    assertThat(node.functions.invoked).hasSize(4);
  }

  @Test
  void key_ofAPublicFunction_withAnotherField_isRefused_unlessThatIsOfTheWay() {
    Received ann = open("order-2", "X-Api-Key", "ann", "User-Agent", "a", "X-Request-Id", "1");

    assertThat(open("order-2", "X-Api-Key", "bob").problem()).isEqualTo("422 key-reused");
    assertThat(open("order-2").problem()).isEqualTo("422 key-reused");
    Received again = open("order-2", "X-API-KEY", "ann", "User-Agent", "b", "Traceparent", "x");
    assertThat(again.body()).isEqualTo(ann.body());
    assertThat(again.field("leat-replayed")).isEqualTo("true");
  }

  @Test
  void answer_thatTheTenantHasNoRoomFor_isItsCallersAlone_andIsNotRunAgain() {
    node.functions.script =
        call -> {
          node.execute("UPDATE async_counts SET keyed_anonymous_bytes = 67108864");
          return ScriptedFunctions.saying("once");
        };
    Received first = open("order-5");
    node.execute("DELETE FROM async_counts"); // with what it said was full

    assertThat(first.body()).isEqualTo("once");
    assertThat(open("order-5").problem()).isEqualTo("410 result-expired");
    assertThat(open("order-5").field("leat-replayed")).isEqualTo("true");
    assertThat(node.functions.invoked).hasSize(1);
  }

  @Test
  void key_ofACallThatIsRunLater_isOfWhoeverHasTheCredentials_too() {
    later("order-3", "Cookie", "session=ann", "User-Agent", "a", "X-Api-Key", "x");
    later("order-3", "Cookie", "session=ann", "User-Agent", "b", "X-Api-Key", "y");
    later("order-3", "Cookie", "session=bob", "X-Api-Key", "x");

    List<CallerKey> keys = node.later.all.stream().map(it -> it.key().orElseThrow()).toList();
    assertThat(keys).extracting(CallerKey::name).containsOnly("order-3");
    assertThat(keys.get(0).caller()).isEqualTo(keys.get(1).caller());
    assertThat(keys.get(0).caller().isAnonymous()).isTrue();
    assertThat(keys.get(2).caller()).isNotEqualTo(keys.get(0).caller());
    assertThat(keys.get(0).asked()).isNotEqualTo(keys.get(1).asked());
    assertThat(keys.get(2).asked()).isEqualTo(keys.get(0).asked());
  }

  @Test
  void key_ofACallThatIsRunLater_beyondWhatTheTenantMayHave_isToldWhatToDo() {
    node.later.answer = wish -> new Acceptance.KeysFull(250_000);

    Received refused = later("order-4");

    assertThat(refused.problem()).isEqualTo("429 quota-exceeded");
    assertThat(refused.body())
        .contains("'async-keys' of 250000 calls", "by callers without a token");
    assertThat(refused.field("retry-after")).isEqualTo("60");
  }

  private static Received later(String key, String... fields) {
    String[] all = Arrays.copyOf(fields, fields.length + 2);
    all[fields.length] = "Prefer";
    all[fields.length + 1] = "respond-async";
    return open(key, all);
  }

  private static Received open(String key, String... fields) {
    Map<String, String> all = new HashMap<>(Map.of("Idempotency-Key", key));
    for (int i = 0; i < fields.length; i += 2) {
      all.put(fields[i], fields[i + 1]);
    }
    return node.request("GET", "/f/acme/open", all, "");
  }
}
