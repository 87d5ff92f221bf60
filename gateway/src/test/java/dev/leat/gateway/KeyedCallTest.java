package dev.leat.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.Invocation;
import dev.leat.testkit.Eventually;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Calls with an {@code Idempotency-Key} whose callers wait. Each test has keys of its own. */
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

  private static Received open(String key, String... fields) {
    Map<String, String> all = new HashMap<>(Map.of("Idempotency-Key", key));
    for (int i = 0; i < fields.length; i += 2) {
      all.put(fields[i], fields[i + 1]);
    }
    return node.request("GET", "/f/acme/open", all, "");
  }
}
