package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a function sees of a request, and a client of its response. */
class InvocationIT {
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private static final String COUNTING =
      "  route: {auth: public}\n  capabilities: {keyValue: {}}\n";

  @TempDir private static Path directory;
  private static RunningNode node;
  private static Workshop acme;

  @BeforeAll
  static void start() {
    node = RunningNode.start(directory);
    acme = node.workshop("acme");
    acme.deployPublic("echo", Guests.echo());
    acme.deployPublic(
        "describe", Guests.describing("x-colour", "authorization", "traceparent", "accept"));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @AfterEach
  void nothingIsHeld() {
    node.assertNothingHeld();
  }

  @Test
  void values_areKeptBetweenCalls_andGoWithTheTenant() throws IOException {
    byte[] counter = Files.readAllBytes(Path.of("../../sdk/samples/counter/counter.wasm"));
    Workshop keeping = node.workshop("keeping");
    keeping.deploy("counter", counter, COUNTING);

    for (int i = 1; i <= 3; i++) {
      assertThat(keeping.call("POST", "counter/visits").send().text())
          .isEqualTo("{\"count\":%d}".formatted(i));
    }
    assertThat(keeping.call("GET", "counter/others").send().text()).isEqualTo("{\"count\":0}");
    assertThat(keeping.setQuota("{\"keys\":1}").status()).isEqualTo(200);
    assertThat(keeping.call("POST", "counter/others").send().status()).isEqualTo(507);
    JsonNode keys =
        keeping.request("GET", "/quota").operator().send().json().path("standing").path(0);
    assertThat(keys.path("quota").asText()).isEqualTo("keys");
    assertThat(keys.path("used").asInt()).isEqualTo(1);
    keeping.deployPublic("counter", counter);
    assertThat(keeping.call("GET", "counter/visits").send().status()).as("denied").isEqualTo(403);

    assertThat(node.request("DELETE", "/v1/tenants/keeping?force=true").operator().send().status())
        .isEqualTo(204);
    Workshop next = node.workshop("keeping");
    next.deploy("counter", counter, COUNTING);
    assertThat(next.call("GET", "counter/visits").send().text()).isEqualTo("{\"count\":0}");
  }

  @Test
  void request_isSeenAsItWasSent() {
    Answered answered =
        acme.call("PATCH", "describe/a%2Fb/../c//d?q=1&r=%20")
            .field("X-Colour", "green")
            .field("Authorization", "Basic eDp5")
            .body("ignored")
            .send();

    assertThat(answered.text())
        .isEqualTo("PATCH\n/a%2Fb/../c//d\nq=1&r=%20\ngreen\nBasic eDp5\n-\n-\n");
  }

  @Test
  void request_anyMethod_reachesTheFunction() {
    assertThat(
            Stream.of("GET", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND")
                .map(method -> acme.call(method, "describe").send().text().lines().findFirst())
                .map(line -> line.orElse("")))
        .containsExactly("GET", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND");
  }

  @Test
  void token_ofThePlatform_isNotSeenByTheFunction() {
    acme.deploy("secretive", Guests.describing("authorization"), "");

    Answered answered = acme.call("GET", "secretive").token(acme.token("invoker")).send();

    assertThat(answered.text()).isEqualTo("GET\n\n\n-\n");
  }

  @Test
  void response_hasTheFunctionsStatusAndFields() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("Content-Type", "text/plain");
    fields.put("X-Own", "yes");
    acme.deployPublic("created", Guests.responding(201, fields));

    Answered answered = acme.call("POST", "created").body("it").send();

    assertThat(answered.status()).isEqualTo(201);
    assertThat(answered.text()).isEqualTo("it");
    assertThat(answered.header("content-type")).isEqualTo("text/plain");
    assertThat(answered.header("x-own")).isEqualTo("yes");
    assertThat(answered.header("leat-error-source")).isEmpty();
  }

  @Test
  void response_saysTheFuelThatTheRecordSays() {
    acme.deployPublic("metered", Guests.responding(200, Map.of()));
    Answered answered = acme.call("POST", "metered").body("x").send();
    String id = answered.header("x-request-id");

    Eventually.holds("the record is written", () -> !fuelOf(id).isEmpty());

    assertThat(fuelOf(id)).containsExactly(answered.header("leat-fuel"));
  }

  private static List<String> fuelOf(String id) {
    List<String> fuel = new ArrayList<>();
    for (JsonNode record :
        acme.request("GET", "/invocations?function=metered")
            .operator()
            .send()
            .json()
            .path("items")) {
      if (record.path("id").asText().equals(id)) {
        fuel.add(record.path("fuel").asText());
      }
    }
    return fuel;
  }

  @Test
  void response_errorOfTheFunction_passesThrough() {
    acme.deployPublic("teapot", Guests.responding(418, Map.of("Content-Type", "text/plain")));

    Answered answered = acme.call("POST", "teapot").body("short and stout").send();

    assertThat(answered.status()).isEqualTo(418);
    assertThat(answered.text()).isEqualTo("short and stout");
    assertThat(answered.header("leat-error-source")).isEqualTo("function");
  }

  @Test
  void response_fieldsOfThePlatform_cannotBeForged() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("X-Request-Id", "forged");
    fields.put("Leat-Error-Source", "gateway");
    fields.put("leat-function-version", "v99");
    fields.put("LEAT-FUEL", "0");
    fields.put("Server-Timing", "forged");
    fields.put("Traceparent", TRACE);
    fields.put("Content-Length", "1");
    fields.put("Connection", "close");
    fields.put("Transfer-Encoding", "chunked");
    acme.deployPublic("forger", Guests.responding(404, fields));

    Answered answered = acme.call("POST", "forger").body("body").send();

    assertThat(answered.text()).isEqualTo("body");
    assertThat(answered.headers().allValues("leat-error-source")).containsExactly("function");
    assertThat(answered.headers().allValues("leat-function-version")).containsExactly("v1");
    assertThat(answered.headers().allValues("x-request-id")).hasSize(1).doesNotContain("forged");
    assertThat(answered.headers().allValues("leat-fuel")).hasSize(1).doesNotContain("0");
    assertThat(answered.header("server-timing")).startsWith("queue;dur=");
    assertThat(answered.headers().allValues("content-length")).containsExactly("4");
    assertThat(answered.header("traceparent")).isEmpty();
    assertThat(answered.header("connection")).isEmpty();
  }

  @Test
  void response_splitByAFieldValue_traps() {
    acme.deployPublic("splitter", Guests.responding(200, Map.of("X-A", "b\r\nSet-Cookie: c=d")));

    Answered answered = acme.call("GET", "splitter").send();

    assertThat(answered.problem()).isEqualTo("502 function-trapped worker");
    assertThat(answered.header("set-cookie")).isEmpty();
  }

  @Test
  void response_saysWhatItTook() {
    Answered answered = acme.call("POST", "echo").body("x").send();

    assertThat(answered.header("leat-function-version")).isEqualTo("v1");
    assertThat(Long.parseLong(answered.header("leat-fuel"))).isPositive();
    assertThat(answered.header("server-timing"))
        .matches(
            "queue;dur=[0-9.]+, acquire;desc=(warm|reset|cold);dur=[0-9.]+, exec;dur=[0-9.]+, total;dur=[0-9.]+");
  }

  @Test
  void fuel_isTheSameForTheSameInput() {
    assertThat(
            IntStream.range(0, 20)
                .mapToObj(i -> acme.call("GET", "describe/x").send().header("leat-fuel"))
                .distinct())
        .hasSize(1);
  }

  @Test
  void head_hasFieldsAndNoBody() {
    Answered answered = acme.call("HEAD", "describe").send();

    assertThat(answered.status()).isEqualTo(200);
    assertThat(answered.body()).isEmpty();
    assertThat(answered.header("leat-function-version")).isEqualTo("v1");
  }

  @Test
  void noContent_hasNoBody() {
    acme.deployPublic("nothing", Guests.responding(204, Map.of()));

    try (RawConnection connection = new RawConnection(node.port())) {
      connection.send(
          "POST /f/acme/nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
              + "GET /f/acme/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      String responses = connection.readAll();

      assertThat(responses).startsWith("HTTP/1.1 204 ").doesNotContain("abc");
      assertThat(responses.substring(0, responses.indexOf("\r\n\r\n")))
          .doesNotContainIgnoringCase("content-length");
      assertThat(responses.split("HTTP/1.1 200 ", -1)).hasSize(2);
    }
  }

  @Test
  void body_emptyOrLargest_comesBackUnchanged() {
    byte[] largest = new byte[1 << 20];
    Seed.orElse(7).random().nextBytes(largest);

    assertThat(acme.call("POST", "echo").body(new byte[0]).send().body()).isEmpty();
    assertThat(acme.call("POST", "echo").body(largest).send().body()).isEqualTo(largest);
  }

  @Test
  void connection_isKeptForManyRequests() {
    try (RawConnection connection = new RawConnection(node.port())) {
      for (int i = 0; i < 50; i++) {
        connection.send("HEAD /f/acme/echo HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(connection.readHead()).startsWith("HTTP/1.1 200 ");
      }
    }
  }

  @Test
  void version_isChosenBySelector() {
    acme.deployPublic("versioned", Guests.saying("one"));
    acme.deployPublic("versioned", Guests.saying("two"));

    assertThat(acme.call("GET", "versioned").send().text()).isEqualTo("two");
    assertThat(acme.call("GET", "versioned:latest/x").send().text()).isEqualTo("two");
    assertThat(acme.call("GET", "versioned:v1").send().text()).isEqualTo("one");
    assertThat(acme.call("GET", "versioned:v1").send().header("leat-function-version"))
        .isEqualTo("v1");
    assertThat(acme.call("GET", "versioned:v3").send().status()).isEqualTo(404);
  }

  @Test
  void route_path_leadsToTheFunction() {
    acme.deploy("routed", Guests.describing(), "  route: {path: /deep/down, auth: public}\n");

    assertThat(acme.call("GET", "deep/down/rest?q").send().text()).isEqualTo("GET\n/rest\nq\n");
    assertThat(acme.call("GET", "deep/down").send().text()).isEqualTo("GET\n\n\n");
    assertThat(acme.call("GET", "routed/rest").send().text()).isEqualTo("GET\n/rest\n\n");
    assertThat(acme.call("GET", "deep/downwards").operator().send().status()).isEqualTo(404);
    assertThat(acme.call("GET", "deep").operator().send().status()).isEqualTo(404);
  }

  @Test
  void requestId_isKeptWhenSane() {
    assertThat(requestId("My-Id_1.2")).isEqualTo("My-Id_1.2");
    assertThat(Stream.of("a b", "x".repeat(129), "<script>", "ü", "a,b").map(this::requestId))
        .allMatch(id -> id.matches("[0-9a-f]{32}"));
  }

  private String requestId(String sent) {
    return acme.call("GET", "echo").field("X-Request-Id", sent).send().header("x-request-id");
  }

  @Test
  void trace_isContinuedInASpanOfOurOwn() {
    Answered answered = acme.call("GET", "describe").field("traceparent", TRACE).send();
    String span = answered.header("traceparent");

    assertThat(span).startsWith(TRACE.substring(0, 36)).endsWith("-01").isNotEqualTo(TRACE);
    assertThat(answered.text()).contains("\n" + span + "\n");
    assertThat(
            acme.call("GET", "echo")
                .field("traceparent", "00-" + "0".repeat(32) + "-b7ad6b7169203331-01")
                .send()
                .header("traceparent"))
        .isEmpty();
  }

  @Test
  void redeploy_underLoad_losesNoRequest() throws Exception {
    acme.deployPublic("moving", Guests.saying("0"));
    AtomicBoolean deployed = new AtomicBoolean();
    Callable<Integer> caller =
        () -> {
          int last = 0;
          for (int n = 0; n < 50 || !deployed.get(); n++) {
            Answered answered = acme.call("GET", "moving").send();
            assertThat(answered.status()).as(answered.toString()).isEqualTo(200);
            int seen = Integer.parseInt(answered.text());
            assertThat(seen).isGreaterThanOrEqualTo(last);
            last = seen;
          }
          return last;
        };

    try (ExecutorService callers = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> running =
          IntStream.range(0, 4).mapToObj(i -> callers.submit(caller)).toList();
      try {
        for (int version = 1; version <= 5; version++) {
          acme.deployPublic("moving", Guests.saying(String.valueOf(version)));
        }
      } finally {
        deployed.set(true);
      }
      for (Future<Integer> ended : running) {
        ended.get();
      }
    }

    assertThat(acme.call("GET", "moving").send().text()).isEqualTo("5");
  }
}
