package dev.leat.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.ProblemCode;
import dev.leat.contract.trace.Span;
import dev.leat.gateway.pipeline.EndedRequest;
import dev.leat.gateway.pipeline.Requests;
import dev.leat.testkit.Eventually;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each request is counted and told of once, however it ends. */
@Timeout(60)
class EndedRequestsTest {
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private final GatewayUnderTest gateway = GatewayUnderTest.start();

  @AfterEach
  void stop() {
    gateway.close();
  }

  /** The only one. */
  private EndedRequest ended() {
    Eventually.holds("a request has ended", () -> !gateway.ended.isEmpty());
    assertThat(gateway.ended).hasSize(1);
    return gateway.ended.getFirst();
  }

  private long count(Requests.Kind kind, String of) {
    return gateway.requests.counts(kind)[Requests.CLASSES.indexOf(of)];
  }

  @Test
  void answered_isToldWithoutItsQuery() {
    gateway.request(
        "POST",
        "/f/acme/open/a?secret=1",
        Map.of("traceparent", TRACE, "x-request-id", "r-1"),
        "b");

    EndedRequest ended = ended();

    assertThat(ended.id()).isEqualTo("r-1");
    assertThat(ended.method()).isEqualTo("POST");
    assertThat(ended.path()).isEqualTo("/f/acme/open/a");
    assertThat(ended.status()).isEqualTo(200);
    assertThat(ended.bytes()).isEqualTo("hello".length());
    assertThat(ended.nanos()).isPositive();
    assertThat(ended.trace()).startsWith(TRACE.substring(0, 36));
    assertThat(ended.address()).isEqualTo("127.0.0.1");
    assertThat(String.valueOf(ended.function())).startsWith("acme/open");
    assertThat(ended.outcome()).isEqualTo("responded");
    assertThat(ended.error()).isEmpty();
    assertThat(count(Requests.Kind.FUNCTION, "2xx")).isEqualTo(1);
  }

  @Test
  void answered_isASpanNamedAfterItsFunction() {
    gateway.request("POST", "/f/acme/open/a?secret=1", Map.of("traceparent", TRACE), "b");

    ended();
    Eventually.holds("its span is there", () -> !gateway.spans.isEmpty());
    Span span = gateway.spans.getFirst();
    assertThat(span.name()).isEqualTo("open");
    assertThat(span.kind()).isEqualTo(Span.Kind.SERVER);
    assertThat(span.parent()).isEqualTo(TRACE);
    assertThat(span.context()).isEqualTo(ended().trace());
    assertThat(span.error()).isNull();
    assertThat(span.attributes())
        .containsEntry("faas.name", "open")
        .containsEntry("faas.trigger", "http")
        .containsEntry("faas.coldstart", false)
        .containsEntry("faas.invocation_id", ended().id())
        .containsEntry("leat.tenant", "acme")
        .containsEntry("leat.outcome", "responded")
        .containsEntry("http.response.status_code", 200L)
        .containsEntry("url.path", "/f/acme/open/a")
        .containsKey("leat.module.digest");
    assertThat(gateway.functions.invoked.getFirst().origin().trace()).isEqualTo(span.context());
  }

  @Test
  void refused_itsSpanSaysWhy_andIsNoErrorOfThePlatforms() {
    gateway.request("GET", "/f/acme/closed", Map.of("traceparent", TRACE), "");

    ended();
    Eventually.holds("its span is there", () -> !gateway.spans.isEmpty());
    assertThat(gateway.spans.getFirst().error()).isNull();
    assertThat(gateway.spans.getFirst().attributes())
        .containsEntry("error.type", "unauthenticated");
  }

  @Test
  void notSampled_isNoSpan() {
    gateway.request(
        "GET", "/f/acme/open", Map.of("traceparent", TRACE.replaceFirst("-01$", "-00")), "");

    ended();
    assertThat(gateway.spans).isEmpty();
  }

  @Test
  void refused_isToldWithItsReason() {
    gateway.get("/f/acme/closed");

    assertThat(ended().status()).isEqualTo(401);
    assertThat(ended().refused()).isEqualTo(ProblemCode.UNAUTHENTICATED);
    assertThat(ended().error()).contains("unauthenticated");
    assertThat(count(Requests.Kind.FUNCTION, "4xx")).isEqualTo(1);
  }

  @Test
  void ofTheControlPlane_isToldWithItsOperation() {
    gateway.get("/health/live");

    assertThat(ended().operation()).isEqualTo("getLiveness");
    assertThat(ended().function()).isNull();
    assertThat(count(Requests.Kind.CONTROL, "2xx")).isEqualTo(1);
  }

  @Test
  void clientGone_isToldOnce() throws IOException {
    gateway.functions.script = null;
    try (Socket socket = gateway.open()) {
      socket
          .getOutputStream()
          .write("GET /f/acme/open HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      Eventually.holds("it runs", () -> !gateway.functions.running.isEmpty());
    }

    assertThat(ended().status()).isZero();
    assertThat(ended().error()).contains("client-gone");
    gateway.functions.endAll(ScriptedFunctions.saying("late"));
    assertThat(count(Requests.Kind.FUNCTION, "none")).isEqualTo(1);
  }

  @Test
  void malformed_isCounted() {
    gateway.raw("NONSENSE\r\n\r\n");

    assertThat(count(Requests.Kind.MALFORMED, "4xx")).isEqualTo(1);
    assertThat(gateway.ended).isEmpty();
  }
}
