package dev.leat.gateway;

import static dev.leat.gateway.GatewayUnderTest.ACME;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Invocation;
import dev.leat.contract.Limits;
import dev.leat.contract.Origin;
import dev.leat.contract.Outcome;
import dev.leat.contract.Trigger;
import dev.leat.tenants.Role;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the gateway hands to whoever runs functions. */
class InvokedTest {
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private GatewayUnderTest node;

  @BeforeEach
  void start() {
    node = GatewayUnderTest.start();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private Invocation invoked(String path, Map<String, String> fields) {
    node.request("POST", path, fields, "hi");
    return node.functions.invoked.getLast();
  }

  @Test
  void input_isTheRequest() {
    Invocation invocation = invoked("/f/acme/open/a%20b?q=1", Map.of("X-A", "1"));

    assertThat(invocation.input())
        .isInstanceOfSatisfying(
            HttpCall.class,
            call -> {
              assertThat(call.method()).isEqualTo("POST");
              assertThat(call.path()).isEqualTo("/a%20b");
              assertThat(call.query()).isEqualTo("q=1");
              assertThat(call.headers().first("x-a")).isEqualTo("1");
              assertThat(call.body()).asString().isEqualTo("hi");
            });
  }

  @Test
  void origin_withAToken_isItsHolder() {
    String token = "Bearer " + node.token(ACME, Role.INVOKER);

    Invocation invocation = invoked("/f/acme/closed", Map.of("Authorization", token));

    assertThat(invocation.origin()).isEqualTo(new Origin("someone", ACME, Trigger.HTTP, null, 1));
    assertThat(((HttpCall) invocation.input()).headers()).isNotEqualTo(Headers.NONE);
    assertThat(((HttpCall) invocation.input()).headers().first("authorization")).isNull();
  }

  @Test
  void origin_ofAPublicFunction_isNobody() {
    assertThat(invoked("/f/acme/open", Map.of()).origin()).isEqualTo(Origin.ANONYMOUS);
  }

  @Test
  void origin_ofATracedRequest_hasThePlatformsSpan() {
    Invocation invocation = invoked("/f/acme/open", Map.of("traceparent", TRACE));

    String span = invocation.origin().trace();
    assertThat(span).startsWith(TRACE.substring(0, 36)).endsWith("-01").isNotEqualTo(TRACE);
    assertThat(((HttpCall) invocation.input()).headers().first("traceparent")).isEqualTo(span);
  }

  @Test
  void deadline_leavesTimeToWaitAndComeUpAndRun() {
    long before = System.nanoTime();

    Invocation invocation = invoked("/f/acme/open", Map.of());

    Duration least = Duration.ofSeconds(1).plus(Limits.DEFAULT.timeout().multipliedBy(2));
    assertThat(Duration.ofNanos(invocation.nanosLeft(before)))
        .isBetween(least, least.plusMinutes(1));
  }

  @Test
  void moduleThatCannotBeLoadedNow_isTold_andWhenToTryAgain() {
    node.functions.script =
        call -> new Outcome.StoreUnavailable("its module is away", Duration.ofSeconds(2));

    Received answer = node.get("/f/acme/open");

    assertThat(answer.problem()).isEqualTo("503 store-unavailable");
    assertThat(answer.field("retry-after")).isEqualTo("2");
  }

  @Test
  void lostWorker_isTold_andWhenToTryAgain() {
    node.functions.script = call -> new Outcome.WorkerLost(false);
    Received before = node.get("/f/acme/open");
    node.functions.script = call -> new Outcome.WorkerLost(true);
    Received after = node.get("/f/acme/open");

    assertThat(before.problem()).isEqualTo("503 worker-unavailable");
    assertThat(before.field("retry-after")).isEqualTo("1");
    assertThat(after.problem()).isEqualTo("502 worker-lost");
    assertThat(after.fields()).doesNotContainKey("retry-after");
  }
}
