package dev.leat.worker;

import static dev.leat.worker.HostScript.BUFFER;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.AddressRange;
import dev.leat.contract.Cancellation;
import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Headers;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Outcome;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.Seed;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import dev.leat.worker.capability.http.OutboundConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests to servers: what is sent, what is answered, and what hostile servers and guests meet.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HttpPowerTest {
  private static final String HOST = "api.example.com";

  /** Requests of all functions, half of them one tenant's. */
  private static final int AT_ONCE = 8;

  private final TestServer server = new TestServer();
  private final TestServer elsewhere = new TestServer();
  private final TestHttp http =
      new TestHttp(
          new OutboundConfig(
              AT_ONCE,
              16 << 20,
              100,
              List.of("127.0.0.1:" + server.port(), "127.0.0.1:" + elsewhere.port()),
              ""));
  private final Hook hook = new Hook();
  private final TestWorker worker = new TestWorker(http.power(), List.of(hook));

  HttpPowerTest() throws IOException {
    http.name(HOST, "127.0.0.1").name("other.example.com", "127.0.0.1");
  }

  /** Lets the test do something while a guest runs. */
  private static final class Hook implements Power<Hook> {
    private volatile Runnable action = () -> {};

    @Override
    public List<Offer<Hook>> link(GuestContract contract) {
      return contract == GuestContract.HANDLER
          ? List.of(
              new Offer<>(
                  null,
                  new GuestContract.Import("leat", HostScript.HOOK, "()->"),
                  (lent, guest, a) -> {
                    action.run();
                    return 0;
                  },
                  (permits, guest, a) -> 0))
          : List.of();
    }

    @Override
    public Optional<Hook> configure(
        FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed) {
      return Optional.of(this);
    }
  }

  @BeforeEach
  void forget() {
    server.requests.clear();
    elsewhere.requests.clear();
    worker.denied.clear();
    http.requested.clear();
    http.lookedUp.clear();
  }

  /** Whatever happened: nothing of it is left. */
  @AfterEach
  void nothingIsHeld() {
    http.left.set(Integer.MAX_VALUE);
    http.added = (of, to) -> Headers.NONE;
    Eventually.holds("all requests are over", () -> http.outbound.underWay() == 0);
    Eventually.holds("no bodies are held", () -> http.outbound.bodyBytes() == 0);
  }

  @AfterAll
  void close() throws IOException {
    worker.close();
    http.close();
    server.close();
    elsewhere.close();
  }

  private TestFunction function(HostScript script) {
    return function(script, Grant.Http.METHODS, Duration.ofSeconds(20), HOST, "127.0.0.1");
  }

  private TestFunction function(
      HostScript script, Set<String> methods, Duration timeout, String... hosts) {
    return TestFunction.handler(script.module())
        .response(HostScript.SENT_BYTES)
        .grants(
            new Grant.Http(
                Arrays.stream(hosts).map(server::origin).toList(), methods, 60, timeout));
  }

  private HostScript.Answers run(HostScript script) {
    return run(function(script));
  }

  private HostScript.Answers run(TestFunction function) {
    return HostScript.Answers.of(worker.invoke(function, ""));
  }

  private String url(String path) {
    return server.origin(HOST) + path;
  }

  @Test
  void request_isSentAsItWasPutTogether_andItsAnswerRead() {
    server.says("/orders", "201 Created", "Location: /orders/7\r\nX-A: 1\r\nX-A: 2\r\n", "made");
    HttpScript script = new HttpScript();
    int handle = script.open("POST", url("/orders?q=a%20b#part"));
    script.call("http_header", HostScript.result(handle), "X-Key", "the value");
    script.call("http_send", HostScript.result(handle), "body");
    script.call("http_response_header", HostScript.result(handle), "location", BUFFER, 100);
    script.call("http_response_header", HostScript.result(handle), "x-a", BUFFER + 100, 100);
    script.call("http_response_header", HostScript.result(handle), "x-b", BUFFER, 100);
    script.call("http_response_body", HostScript.result(handle), BUFFER + 200, 2);
    script.call("http_response_body", HostScript.result(handle), BUFFER + 300, 100);
    script.call("http_close", HostScript.result(handle));
    script.call("http_response_body", HostScript.result(handle), BUFFER + 300, 100);

    run(script)
        .follows(1, 0, 201, 9, 4, -1, 4, 4, -3)
        .says(BUFFER, "/orders/7")
        .says(BUFFER + 100, "1, 2")
        .says(BUFFER + 200, "ma\0")
        .says(BUFFER + 300, "made");

    assertThat(server.requests)
        .singleElement()
        .asString()
        .startsWith("POST /orders?q=a%20b HTTP/1.1\r\n")
        .containsIgnoringCase("\r\nhost: " + HOST + ":" + server.port() + "\r\n")
        .contains("X-Key: the value\r\n", "content-length: 4\r\n")
        .endsWith("\r\n\r\nbody");
    assertThat(http.requested).containsExactly("http:write " + url("/orders"));
  }

  @Test
  void anErrorsStatus_isAnAnswer_andHeadHasNoBody() {
    server.says("/broken", "503 Service Unavailable", "", "try later");
    server.on(
        "/head",
        (client, out) ->
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n".getBytes(US_ASCII)));
    HttpScript script = new HttpScript();
    script.get(url("/broken"));
    script.call("http_response_body", HostScript.result(0), BUFFER, 100);
    script.request("HEAD", url("/head"), "");
    script.call("http_response_body", HostScript.result(3), BUFFER, 100);

    run(script).follows(0, 503, 9, 0, 200, 0);
  }

  @Test
  void path_isSentAsItWasDecidedUpon() {
    server.says("/a~b/%2E%2e", "x");
    run(new HttpScript().get(url("/%61%7eb/%2525")));

    assertThat(server.requests).singleElement().asString().startsWith("GET /a~b/%2525 HTTP");
  }

  @Test
  void whatIsNotAllowed_isDeniedAndRecorded_andNothingIsSent() {
    HttpScript script = new HttpScript();
    script.get("http://other.example.com:" + server.port() + "/");
    script.get("https://" + HOST + ":" + server.port() + "/");
    script.get("http://" + HOST + ":1/");
    script.request("DELETE", url("/x?secret=1"), "");
    run(function(script, Set.of("GET"), Duration.ofSeconds(20), HOST))
        .follows(0, -2, 0, -2, 0, -2, 0, -2);

    assertThat(worker.denied)
        .containsExactly(
            "acme/f http:read http://other.example.com:" + server.port() + "/",
            "acme/f http:read https://" + HOST + ":" + server.port() + "/",
            "acme/f http:read http://" + HOST + ":1/",
            "acme/f http:write " + url("/x"));
    assertThat(server.requests).isEmpty();
    assertThat(http.lookedUp).isEmpty();
  }

  @Test
  void withoutTheGrant_everythingIsDenied() {
    HttpScript script = new HttpScript();
    script.get(url("/"));
    script.call("http_header", 1, "a", "b");
    script.call("http_response_header", 1, "a", BUFFER, 1);
    script.call("http_response_body", 1, BUFFER, 1);
    script.call("http_close", 1);
    script.call("http_is_allowed", "GET", url("/"));

    run(TestFunction.handler(script.module()).response(HostScript.SENT_BYTES).grants())
        .hasCodes(-2, -2, -2, -2, -2, 0);
    assertThat(worker.denied).containsExactly("acme/f http:read " + url("/"));
  }

  @Test
  void permission_holdsFromTheNextRequestOn() {
    server.says("/public/a", "x").says("/private", "x");
    HttpScript script = new HttpScript();
    TestFunction function = function(script.get(url("/public/a")).get(url("/private")));
    run(function).follows(0, 200, 0, 200);
    try {
      worker.permissions.set(function, "http:read=" + url("/public/*"));
      run(function).follows(0, 200, 0, -2);
    } finally {
      worker.permissions.clear(function);
    }
  }

  @Test
  void isAllowed_saysWhatWouldBeDenied_andRecordsNothing() {
    HttpScript script = new HttpScript();
    script.call("http_is_allowed", "GET", url("/"));
    script.call("http_is_allowed", "BREW", url("/"));
    script.call("http_is_allowed", "GET", "http://other.example.com/");
    script.call("http_is_allowed", "GET", "no URL");
    script.call("http_is_allowed", "GET", "http://127.0.0.1:" + server.port() + "/");
    run(script).hasCodes(1, 0, 0, 0, 1);

    assertThat(worker.denied).isEmpty();
  }

  /** Each of them is the loopback address, or a user of another host, to somebody. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://2130706433:%d/",
        "http://0x7f000001:%d/",
        "http://0177.0.0.1:%d/",
        "http://127.1:%d/",
        "http://0x7f.1:%d/",
        "http://127.0.0.1.:%d/",
        "http://[::ffff:127.0.0.1]:%d/",
        "http://[::ffff:7f00:1]:%d/",
        "http://[::127.0.0.1]:%d/",
        "http://[::1]:%d/",
        "http://[64:ff9b::7f00:1]:%d/",
        "http://[2002:7f00:1::]:%d/",
        "http://api.example.com@127.0.0.1:%d/",
        "http://api.example.com:80@localhost:%d/",
        "http://api.example.com%%40localhost:%d/",
        "http://localhost:%d#@api.example.com/",
        "http://localhost:%d\\@api.example.com/",
        "http://api.example.com:%d@localhost/",
        "http:/localhost:%d/",
        "//localhost:%d/",
        "file:///etc/passwd?%d",
        "gopher://api.example.com:%d/"
      })
  void otherSpellings_reachNothing(String url) throws IOException {
    try (TestServer inside = new TestServer()) {
      http.name("localhost", "127.0.0.1");
      HttpScript script = new HttpScript();
      script.get(url.formatted(inside.port()));
      run(
          TestFunction.handler(script.module())
              .response(HostScript.SENT_BYTES)
              .grants(new Grant.Http(List.of(inside.origin("*"), "http://*:*"), 60)));

      assertThat(inside.connections).hasValue(0);
    }
  }

  @Test
  void nameOfAPrivateAddress_isDenied_unlessTheTenantMayReachIt() throws IOException {
    try (TestServer inside = new TestServer()) {
      inside.says("/", "x");
      http.name("inside.example.com", "127.0.0.1");
      http.name("mixed.example.com", "127.0.0.1", "93.184.216.34");
      HttpScript script = new HttpScript();
      script.get(inside.origin("inside.example.com") + "/");
      script.get(inside.origin("mixed.example.com") + "/");
      script.get(inside.origin("127.0.0.1") + "/");
      TestFunction function =
          TestFunction.handler(script.module())
              .response(HostScript.SENT_BYTES)
              .grants(
                  new Grant.Http(
                      List.of(inside.origin("*.example.com"), inside.origin("127.0.0.1")), 60));

      run(function).follows(0, -2, 0, -2, 0, -2);
      assertThat(worker.denied).hasSize(3).allMatch(line -> line.contains("http:read"));
      assertThat(inside.connections).hasValue(0);

      http.privateAddresses = List.of(AddressRange.of("127.0.0.1:" + inside.port()).orElseThrow());
      run(function).follows(0, 200, 0, 200, 0, 200);
    } finally {
      http.privateAddresses = List.of();
    }
  }

  /** What was looked at is what is connected to, whatever the name means a moment later. */
  @Test
  void rebinding_theAddressThatWasCheckedIsTheOneThatIsUsed() {
    server.says("/", "x");
    http.name("rebinding.example.com", "127.0.0.1");
    hook.action = () -> http.name("rebinding.example.com", "169.254.169.254");
    HttpScript script = new HttpScript();
    script.get(server.origin("rebinding.example.com") + "/");
    script.hook();
    script.get(server.origin("rebinding.example.com") + "/");
    TestFunction function =
        function(script, Set.of("GET"), Duration.ofSeconds(20), "rebinding.example.com");

    run(function).follows(0, 200, 0, 200);
    assertThat(http.lookedUp).containsExactly("rebinding.example.com");
    assertThat(server.requests)
        .hasSize(2)
        .allMatch(it -> it.contains("host: rebinding.example.com:"));

    http.name("metadata.example.com", "169.254.169.254");
    run(function(
            new HttpScript().get(server.origin("metadata.example.com") + "/"),
            Set.of("GET"),
            Duration.ofSeconds(20),
            "metadata.example.com"))
        .follows(0, -2);
  }

  @Test
  void redirects_areFollowed_withWhatIsLeftOfTheRequest() {
    server.says("/old", "307 Temporary Redirect", "Location: new?a=1\r\n", "");
    server.says("/see", "303 See Other", "Location: /new\r\n", "");
    server.says("/new", "here");
    HttpScript script = new HttpScript();
    script.request("PUT", url("/old"), "body");
    script.request("PUT", url("/see"), "body");
    run(script).follows(0, 200, 0, 200);

    assertThat(server.requests).hasSize(4);
    assertThat(server.requests.get(1)).startsWith("PUT /new?a=1 ").endsWith("body");
    assertThat(server.requests.get(3)).startsWith("GET /new ").doesNotContain("body");
  }

  @Test
  void redirect_toWhatIsDenied_endsThere() {
    server.says("/host", "302 Found", "Location: http://other.example.com/\r\n", "");
    server.says("/port", "302 Found", "Location: " + elsewhere.origin(HOST) + "/\r\n", "");
    server.says("/address", "302 Found", "Location: http://169.254.169.254/latest\r\n", "");
    server.says("/scheme", "302 Found", "Location: file:///etc/passwd\r\n", "");
    server.says("/user", "302 Found", "Location: http://a@" + HOST + "/\r\n", "");
    server.says("/round", "302 Found", "Location: /round\r\n", "");
    server.says("/nowhere", "302 Found", "", "stay");
    HttpScript script = new HttpScript();
    for (String path :
        List.of("/host", "/port", "/address", "/scheme", "/user", "/round", "/nowhere")) {
      script.get(url(path));
    }
    run(script).follows(0, -2, 0, -2, 0, -2, 0, -6, 0, -6, 0, -6, 0, 302);

    assertThat(worker.denied).hasSize(3);
    assertThat(server.requests.stream().filter(it -> it.startsWith("GET /round"))).hasSize(6);
    assertThat(elsewhere.requests).isEmpty();
  }

  @Test
  void redirectToAnotherServer_losesWhatProvesWhoAsks() {
    String there = elsewhere.origin("other.example.com");
    server.says("/away", "302 Found", "Location: " + there + "/\r\n", "");
    elsewhere.says("/", "x");
    http.added =
        (of, target) ->
            target.host().equals(HOST) ? Headers.of("X-Secret", "hidden") : Headers.NONE;
    HttpScript script = new HttpScript();
    int handle = script.open("GET", url("/away"));
    script.call("http_header", HostScript.result(handle), "Authorization", "Bearer t");
    script.call("http_header", HostScript.result(handle), "Cookie", "a=b");
    script.call("http_header", HostScript.result(handle), "Accept", "text/plain");
    script.call("http_header", HostScript.result(handle), "x-secret", "guessed");
    script.call("http_send", HostScript.result(handle), "");
    run(TestFunction.handler(script.module())
            .response(HostScript.SENT_BYTES)
            .grants(new Grant.Http(List.of(server.origin(HOST), there), 60)))
        .follows(0, 0, 0, 0, 0, 200);

    assertThat(server.requests.getFirst())
        .contains("Authorization: Bearer t", "Cookie: a=b", "X-Secret: hidden")
        .doesNotContain("guessed");
    assertThat(elsewhere.requests.getFirst())
        .contains("Accept: text/plain")
        .doesNotContain("Bearer", "a=b", "hidden");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "TE",
        "Trailer",
        "Upgrade",
        "Expect",
        "Keep-Alive",
        "Proxy-Authorization",
        "traceparent",
        "",
        "a b",
        "a:",
        "a\r\nb",
        "ä"
      })
  void fieldsThatAreNotTheGuests_areRefused(String name) {
    HttpScript script = new HttpScript();
    int handle = script.open("GET", url("/"));
    script.call("http_header", HostScript.result(handle), name, "x");
    run(script).follows(0, -3);
  }

  @Test
  void fields_cannotHoldAnotherField_norTooMuch() {
    HttpScript script = new HttpScript();
    int handle = script.open("GET", url("/"));
    for (String value : List.of("a\r\nX: y", "a\nb", "a\rb", "a\0b", "ä", "a\tb")) {
      script.call("http_header", HostScript.result(handle), "X-A", value);
    }
    script.call("http_header", HostScript.result(handle), "x".repeat(257), "v");
    script.call("http_header", HostScript.result(handle), "X", "v".repeat(8_193));
    for (int i = 0; i < 5; i++) {
      script.call("http_header", HostScript.result(handle), "X", "v".repeat(8_000));
    }
    run(script).follows(0, -3, -3, -3, -3, -3, 0, -7, -7, 0, 0, 0, 0, -7);
  }

  @Test
  void traceGoesOn() {
    server.says("/", "x");
    worker.invokeTraced(
        worker.publish(function(new HttpScript().get(url("/")))),
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    assertThat(server.requests.getFirst())
        .contains("traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n");
  }

  @Test
  void handles_areFew_ofOneCall_andForOneRequest() {
    server.says("/", "x");
    HttpScript script = new HttpScript();
    for (int i = 0; i < 17; i++) {
      script.open("GET", url("/"));
    }
    script.call("http_send", HostScript.result(0), "");
    script.call("http_send", HostScript.result(0), "");
    script.call("http_header", HostScript.result(0), "a", "b");
    script.call("http_response_body", HostScript.result(1), BUFFER, 1);
    script.call("http_close", HostScript.result(3));
    script.call("http_close", 12_345);
    script.open("GET", url("/"));
    script.call("http_send", 0, "");
    script.call("http_send", -1, "");
    HostScript.Answers first = run(script);
    first.follows(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -4, 200, -3, -3, -3, 0, -3, -3);

    HttpScript later = new HttpScript();
    for (int handle = 1; handle < 20; handle++) {
      later.call("http_send", handle, "");
    }
    assertThat(worker.invoke(function(later), "")).isInstanceOf(Outcome.Responded.class);
    assertThat(server.requests).hasSize(1);
  }

  /** An instance that is not put back keeps what it was told: the host does not go by that. */
  @Test
  void handleOfTheCallBefore_isNone() {
    server.says("/", "x");
    HttpScript script = new HttpScript();
    script.call("http_send", 1, "");
    script.call("http_send", 2, "");
    script.open("GET", url("/"));
    script.open("GET", url("/"));
    TestFunction function = function(script).instances(0, 1, Reuse.SHARED);
    run(function).follows(-3, -3, 0, 0);
    run(function).follows(-3, -3, 0, 0);
    assertThat(server.requests).isEmpty();
  }

  @Test
  void quota_isTakenForEachRequestThatIsSent_redirectsToo() {
    server.says("/", "302 Found", "Location: /end\r\n", "").says("/end", "x");
    http.left.set(3);
    run(new HttpScript().get(url("/")).get(url("/")).get(url("/end")))
        .follows(0, 200, 0, -4, 0, -4);
  }

  @Test
  void bodies_largerThanTheyMayBe() {
    server.on(
        "/endless",
        (client, out) -> {
          out.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(US_ASCII));
          byte[] chunk = ("10000\r\n" + "x".repeat(65_536) + "\r\n").getBytes(US_ASCII);
          while (true) {
            out.write(chunk);
          }
        });
    server.says("/large", "200 OK", "X: " + "y".repeat(40_000) + "\r\n", "");
    HttpScript script = new HttpScript();
    script.get(url("/endless")).get(url("/large"));
    script.open("POST", url("/"));
    script.call("http_send", HostScript.result(4), HostScript.range(0, (4 << 20) + 1));
    script.call("http_send", HostScript.result(4), HostScript.range(0, -1));
    run(script).follows(0, -7, 0, -7, 0, -7, -7);

    Eventually.holds("the endless connection is closed", () -> server.open.get() == 0);
  }

  @Test
  void serversThatAreSlow_orNeverAnswer_endWithTheTimeout() {
    CountDownLatch over = new CountDownLatch(1);
    server.on("/silent", (client, out) -> over.await());
    server.on(
        "/slow",
        (client, out) -> {
          out.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n".getBytes(US_ASCII));
          while (!over.await(5, TimeUnit.MILLISECONDS)) {
            out.write('x');
            out.flush();
          }
        });
    HttpScript script = new HttpScript();
    script.get(url("/silent")).get(url("/slow"));
    run(function(script, Set.of("GET"), Duration.ofMillis(150), HOST)).follows(0, -5, 0, -5);
    over.countDown();
  }

  @Test
  void serversThatHangUp_orSayWhatIsNoHttp_areNoAnswer() {
    server.on("/hang-up", (client, out) -> client.close());
    server.on(
        "/half",
        (client, out) -> {
          out.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".getBytes(US_ASCII));
          client.close();
        });
    server.on(
        "/noise",
        (client, out) -> {
          out.write("SSH-2.0-OpenSSH_9.6\r\n\r\n".getBytes(US_ASCII));
          client.close();
        });
    HttpScript script = new HttpScript();
    script.get(url("/hang-up")).get(url("/half")).get(url("/noise"));
    script.get("http://nobody.example.com:" + server.port() + "/");
    run(function(script, Set.of("GET"), Duration.ofSeconds(20), HOST, "nobody.example.com"))
        .follows(0, -6, 0, -6, 0, -6, 0, -6);
  }

  @Test
  void deadlineAndCancellation_endTheWaitAtOnce_andTheConnection() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    server.says("/silent", "x");
    FunctionVersion version = worker.publish(function(new HttpScript().get(url("/silent"))));
    HostScript.Answers.of(worker.start(version, new Cancellation()).get()).follows(0, 200);
    server.on("/silent", (client, out) -> over.await());

    assertThat(worker.startWithin(Duration.ofMillis(200), version).get())
        .isInstanceOf(Outcome.TimedOut.class);
    Cancellation cancellation = new Cancellation();
    CompletableFuture<Outcome> cancelled = worker.start(version, cancellation);
    Eventually.holds("it waits", () -> http.outbound.underWay() == 1);
    cancellation.cancel();
    assertThat(cancelled.get()).isInstanceOf(Outcome.Cancelled.class);
    Eventually.holds("its request is over", () -> http.outbound.underWay() == 0);
    over.countDown();
  }

  /** A call that is given up at once leaves a look-up behind, and a socket that connects. */
  @Test
  void whatIsPendingWhenACallIsOver_countsUntilItEnds() {
    String url = "http://" + TestHttp.SLOW + ":" + server.port();
    TestFunction function =
        TestFunction.handler(new HttpScript().get(url + "/").module())
            .response(HostScript.SENT_BYTES)
            .grants(new Grant.Http(List.of(url), Grant.Http.METHODS, 60, Duration.ofMillis(50)));

    run(function).follows(0, -5);
    assertThat(http.outbound.underWay()).isEqualTo(1);

    http.slow.completeExceptionally(new IOException("nobody answers"));
    Eventually.holds("it is over", () -> http.outbound.underWay() == 0);
  }

  @Test
  void tooManyAtOnce_areRefused_halfForOneTenant() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    server.on(
        "/silent",
        (client, out) -> {
          over.await();
          out.write(TestServer.response("200 OK", "", ""));
        });
    server.says("/", "x");
    TestFunction waiting = function(new HttpScript().get(url("/silent")));
    TestFunction asking = function(new HttpScript().get(url("/")));
    List<CompletableFuture<Outcome>> calls = new ArrayList<>();

    calls.addAll(starts(waiting.tenant("first"), AT_ONCE / 2));
    Eventually.holds("they wait", () -> http.outbound.underWay() == AT_ONCE / 2);
    run(asking.tenant("first")).follows(0, -6);
    run(asking.tenant("second")).follows(0, 200);
    calls.addAll(starts(waiting.tenant("second"), AT_ONCE / 2));
    Eventually.holds("all wait", () -> http.outbound.underWay() == AT_ONCE);
    run(asking.tenant("third")).follows(0, -6);

    over.countDown();
    for (CompletableFuture<Outcome> call : calls) {
      HostScript.Answers.of(call.get()).follows(0, 200);
    }
    Eventually.holds("none is left", () -> http.outbound.underWay() == 0);
    run(asking.tenant("third")).follows(0, 200);
    run(asking.tenant("first")).follows(0, 200);
  }

  private List<CompletableFuture<Outcome>> starts(TestFunction function, int times) {
    return IntStream.range(0, times)
        .mapToObj(i -> worker.start(worker.publish(function), new Cancellation()))
        .toList();
  }

  @Test
  void connections_areKept_andNotSharedBetweenTenants() {
    server.says("/", "x"); // the tenants are of no other test, which may have left connections
    int before = server.connections.get();
    TestFunction function = function(new HttpScript().get(url("/")).get(url("/")).get(url("/")));
    run(function.tenant("keeping")).follows(0, 200, 0, 200, 0, 200);
    assertThat(server.connections.get() - before).isEqualTo(1);
    run(function.tenant("apart")).follows(0, 200, 0, 200, 0, 200);
    assertThat(server.connections.get() - before).isEqualTo(2);
  }

  @Test
  void pointers_outsideTheMemory_trap() {
    int end = HostScript.MEMORY_BYTES;
    for (int pointer : new int[] {end, end - 1, -1, Integer.MIN_VALUE}) {
      Object outside = HostScript.range(pointer, 5);
      for (HttpScript script :
          new HttpScript[] {
            new HttpScript().call("http_open", outside, "http://a/"),
            new HttpScript().call("http_open", "GET", outside),
            new HttpScript().call("http_is_allowed", outside, "http://a/"),
            new HttpScript().call("http_is_allowed", "GET", outside),
            new HttpScript()
                .call("http_open", "GET", url("/"))
                .call("http_header", 1, outside, "v"),
            new HttpScript().call("http_header", 1, "n", outside),
            new HttpScript().call("http_send", 1, outside),
            new HttpScript().call("http_response_header", 1, outside, BUFFER, 1)
          }) {
        TestFunction function = function(script);
        assertThat(worker.invoke(function, "")).isInstanceOf(Outcome.Trapped.class);
        assertThat(worker.invoke(function.grants(), ""))
            .as("denied")
            .isInstanceOfAny(Outcome.Trapped.class, Outcome.Responded.class);
      }
      server.says("/", "200 OK", "A: b\r\n", "body");
      HttpScript reading = new HttpScript().get(url("/"));
      reading.call("http_response_body", HostScript.result(0), pointer, 4);
      assertThat(worker.invoke(function(reading), "")).isInstanceOf(Outcome.Trapped.class);
      HttpScript field = new HttpScript().get(url("/"));
      field.call(
          "http_response_header", HostScript.result(0), "a", pointer == end - 1 ? end : pointer, 4);
      assertThat(worker.invoke(function(field), "")).isInstanceOf(Outcome.Trapped.class);
    }
  }

  @Test
  void randomArguments_endInAnAnswerOrATrap() {
    Seed seed = Seed.orElse(31);
    Random random = seed.random();
    for (int i = 0; i < 100; i++) {
      HttpScript script = new HttpScript();
      script.open("GET", url("/"));
      for (int call = 0; call < 4; call++) {
        script.random(random);
      }
      assertThat(worker.invoke(function(script), ""))
          .as("%s, script %d", seed, i)
          .isInstanceOfAny(Outcome.Trapped.class, Outcome.Responded.class);
    }
    assertThat(worker.worker.runningInvocations()).isZero();
  }
}
