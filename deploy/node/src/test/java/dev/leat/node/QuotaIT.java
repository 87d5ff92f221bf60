package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.TenantId;
import dev.leat.gateway.http.BodyMemory;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.Eventually;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quotas, and that whatever ends a request gives back what it held. */
class QuotaIT {
  private static final String USED_UP = "429 quota-exceeded quota";
  private static final String SPINNING =
      "  route: {auth: public}\n  limits: {timeout: 60s, fuel: 9000000000000000000}\n";

  @TempDir private static Path directory;
  private static RunningNode node;

  @BeforeAll
  static void start() {
    node = RunningNode.start(directory);
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
  void rate_usedUp_is429AndSaysWhenAgain() {
    Workshop rated = node.workshop("rated");
    rated.deployPublic("echo", Guests.echo());
    assertThat(rated.call("GET", "echo").send().status()).isEqualTo(200);

    rated.setQuota("{\"requests-per-second\":1,\"burst\":2}");
    Answered rejected =
        IntStream.range(0, 10_000) // until one is too many
            .mapToObj(i -> rated.call("GET", "echo").send())
            .filter(answered -> answered.status() != 200)
            .findFirst()
            .orElseThrow();

    assertThat(rejected.problem()).isEqualTo(USED_UP);
    assertThat(rejected.header("retry-after")).isEqualTo("1");
    assertThat(rejected.header("ratelimit")).isEqualTo("\"requests-per-second\";r=0;t=1");
    assertThat(rejected.header("ratelimit-policy")).isEqualTo("\"requests-per-second\";q=1;w=1");
    assertThat(rejected.json().path("retryable").asBoolean()).isTrue();

    rated.setQuota("{\"requests-per-second\":-1,\"burst\":-1}");
    assertThat(rated.call("GET", "echo").send().status()).isEqualTo(200);
  }

  @Test
  void function_hasItsOwn_besideItsTenants_andTheDefaultStandsIn() {
    Workshop levels = node.workshop("levels");
    levels.deployPublic("echo", Guests.echo());
    levels.deployPublic("other", Guests.echo());
    levels.setQuota("{\"concurrency\":7,\"requests-per-second\":1000,\"burst\":1000}");
    String quota = "/functions/echo/quota";
    assertThat(
            levels.request("PUT", quota).operator().json("{\"fuel-per-hour\":1}").send().status())
        .isEqualTo(200);
    assertThat(
            levels
                .request("PUT", "/functions/absent/quota")
                .operator()
                .json("{\"burst\":1}")
                .send()
                .status())
        .isEqualTo(404);
    node.request("PUT", "/v1/quota").operator().json("{\"cpu-seconds-per-hour\":500}").send();

    Answered letIn = levels.call("POST", "echo").body("x").send();
    Answered rejected = levels.call("POST", "echo").body("x").send();

    assertThat(letIn.header("ratelimit")).isEqualTo("\"function-fuel-per-hour\";r=0;t=90000");
    assertThat(rejected.problem()).isEqualTo(USED_UP);
    assertThat(rejected.json().path("detail").asText())
        .startsWith("Function 'levels/echo': its quota 'fuel-per-hour' of 1 is used up.");
    assertThat(rejected.header("ratelimit-policy"))
        .isEqualTo(
            "\"function-fuel-per-hour\";q=1;qu=\"fuel\";w=3600, \"requests-per-second\";q=1000;w=1,"
                + " \"concurrency\";q=7;qu=\"concurrent-requests\","
                + " \"cpu-seconds-per-hour\";q=500;qu=\"cpu-seconds\";w=3600");
    assertThat(levels.call("POST", "other").body("x").send().header("ratelimit"))
        .matches("\"requests-per-second\";r=(99[0-9]|1000);t=1");
    assertThat(
            levels
                .request("GET", quota)
                .operator()
                .send()
                .json()
                .path("standing")
                .findValuesAsText("level"))
        .containsExactly("function", "tenant", "tenant", "tenant", "default");
    JsonNode standing =
        levels.request("GET", quota).operator().send().json().path("standing").path(0);
    assertThat(standing.path("left").asDouble()).isNegative();
    assertThat(standing.path("resetsSeconds").asLong()).isBetween(80_000L, 90_000L);
    node.request("PUT", "/v1/quota").operator().json("{\"cpu-seconds-per-hour\":-1}").send();
    levels.request("PUT", "/functions/absent/quota").operator().json("{\"burst\":-1}").send();
  }

  @Test
  void whatIsStored_isShownAsUsed() {
    Workshop stock = node.workshop("stock");
    stock.deployPublic("echo", Guests.echo());
    stock.setQuota("{\"functions\":5,\"modules\":7,\"stored-bytes\":1000000}");

    JsonNode standing = stock.request("GET", "/quota").operator().send().json().path("standing");

    assertThat(of(standing, "functions").path("used").asInt()).isEqualTo(1);
    assertThat(of(standing, "functions").path("left").asInt()).isEqualTo(4);
    assertThat(of(standing, "modules").path("left").asInt()).isEqualTo(6);
    int bytes = of(standing, "stored-bytes").path("used").asInt();
    assertThat(bytes).isPositive();
    assertThat(of(standing, "stored-bytes").path("left").asInt()).isEqualTo(1_000_000 - bytes);
  }

  private static JsonNode of(JsonNode standing, String quota) {
    return StreamSupport.stream(standing.spliterator(), false)
        .filter(of -> of.path("quota").asText().equals(quota))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void concurrency_placeTaken_is429UntilItIsFree() {
    Workshop narrow = node.workshop("narrow");
    narrow.deploy("spin", Guests.spinning(), SPINNING);
    narrow.deployPublic("echo", Guests.echo());
    narrow.setQuota("{\"concurrency\":1}");

    try (RawConnection connection = new RawConnection(node.port())) {
      connection.send("GET /f/narrow/spin HTTP/1.1\r\nHost: x\r\n\r\n");
      Eventually.holds("it runs", () -> node.node.assembly.scheduler.inFlight() == 1);
      assertThat(narrow.call("GET", "echo").send().problem()).isEqualTo(USED_UP);
    }

    Eventually.holds("the place is free", () -> narrow.call("GET", "echo").send().status() == 200);
  }

  /** Whoever is let in is answered, however far beyond the hour's fuel it goes; then nobody is. */
  @Test
  void fuelOfAnHour_usedManyTimesOver_isAnsweredThen429() {
    Workshop greedy = node.workshop("greedy");
    greedy.deploy(
        "spin",
        Guests.spinning(),
        "  route: {auth: public}\n  limits: {timeout: 100ms, fuel: 9000000000000000000}\n");
    assertThat(greedy.setQuota("{\"fuel-per-hour\":1}").status()).isEqualTo(200);

    assertThat(greedy.call("POST", "spin").body("x".repeat(100_000)).send().problem())
        .startsWith("504 function-timeout");
    Answered rejected = greedy.call("POST", "spin").body("x").send();

    assertThat(rejected.problem()).isEqualTo(USED_UP);
    assertThat(Integer.parseInt(rejected.header("retry-after")))
        .as("a debt of a day, and the hour")
        .isBetween(80_000, 90_000);
  }

  @Test
  void fuelOfAnHour_usedUp_staysSoAfterAStart(@TempDir Path another) {
    try (RunningNode first = RunningNode.start(another)) {
      Workshop greedy = first.workshop("greedy");
      greedy.deployPublic("echo", Guests.echo());
      greedy.setQuota("{\"fuel-per-hour\":1}");
      assertThat(greedy.call("GET", "echo").send().status()).isEqualTo(200);
      assertThat(greedy.call("GET", "echo").send().problem()).isEqualTo(USED_UP);
    }

    try (RunningNode second = RunningNode.start(another)) {
      assertThat(second.request("GET", "/f/greedy/echo").send().problem()).isEqualTo(USED_UP);
    }
  }

  @Test
  void highestQuotas_areKept_andHoldAfterAStart(@TempDir Path another) {
    try (RunningNode first = RunningNode.start(another)) {
      Workshop rich = first.workshop("rich");
      rich.setQuota(
          "{\"memory-mb-hours\":10000000,\"fuel-per-hour\":1000000000000000,"
              + "\"stored-bytes\":1000000000000000,\"outbound-per-hour\":10000000}");
      first.workshop("limited").setQuota("{\"memory-max-mb\":32}");
    }

    try (RunningNode second = RunningNode.start(another)) {
      assertThat(second.request("GET", "/v1/tenants/rich/quota").operator().send().text())
          .contains("\"memory-mb-hours\":10000000");
    }
  }

  /** Each ending once; with a place for one request, none may keep it. */
  @Test
  void concurrency_anyEnding_freesThePlace() {
    Workshop single = node.workshop("single");
    single.deployPublic("echo", Guests.echo());
    single.deployPublic("trap", Guests.trapping());
    single.deploy("tiny", Guests.echo(), "  route: {auth: public}\n  limits: {request: 10}\n");
    single.setQuota("{\"concurrency\":1}");

    for (int i = 0; i < 3; i++) {
      assertThat(single.call("POST", "tiny").body("12345678901").send().status()).isEqualTo(413);
      assertThat(single.call("POST", "trap").send().status()).isEqualTo(502);
      assertThat(single.call("POST", "echo").body("x").send().status()).isEqualTo(200);
      assertThat(single.call("HEAD", "echo").send().status()).isEqualTo(200);
      try (RawConnection connection = new RawConnection(node.port())) {
        connection.send(
            "POST /f/single/tiny HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "20\r\n"
                + "x".repeat(32)
                + "\r\n0\r\n\r\n");
        assertThat(connection.readHead()).startsWith("HTTP/1.1 413 ");
      }
    }
  }

  @Test
  void bodyMemory_usedUp_is503AndSaysWhenAgain() {
    Workshop waiting = node.workshop("waiting");
    waiting.deployPublic("echo", Guests.echo());
    waiting.setQuota("{\"concurrency\":1}");
    BodyMemory.Reservation others =
        node.node.assembly.bodies.ofFunctions(new TenantId(waiting.tenant));
    for (long bytes = 1 << 20; bytes > 0; bytes >>= 10) {
      while (others.take(bytes)) {}
    }

    Answered refused;
    Answered empty;
    try {
      refused = waiting.call("POST", "echo").body("x").send();
      empty = waiting.call("GET", "echo").send();
    } finally {
      others.close();
    }

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.json().path("code").asText()).isEqualTo("overloaded");
    assertThat(refused.header("retry-after")).isEqualTo("1");
    assertThat(empty.status()).isEqualTo(200);
    assertThat(waiting.call("POST", "echo").body("x").send().text()).isEqualTo("x");
  }

  @Test
  void client_hangsUpMidBody_freesEverything() {
    Workshop fickle = node.workshop("fickle");
    fickle.deployPublic("echo", Guests.echo());
    fickle.setQuota("{\"concurrency\":1}");

    try (RawConnection connection = new RawConnection(node.port())) {
      connection.send(
          "POST /f/fickle/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
              + "x".repeat(50_000));
      Eventually.holds("its body is held", () -> node.node.assembly.bodies.held() >= 50_000);
      assertThat(fickle.call("GET", "echo").send().problem()).isEqualTo(USED_UP);
    }

    Eventually.holds("nothing is held", () -> node.node.assembly.bodies.held() == 0);
    Eventually.holds("the place is free", () -> fickle.call("GET", "echo").send().status() == 200);
  }

  @Test
  void client_hangsUpMidInvocation_stopsTheGuest() {
    Workshop leaving = node.workshop("leaving");
    leaving.deploy("spin", Guests.spinning(), SPINNING);

    try (RawConnection connection = new RawConnection(node.port())) {
      connection.send("POST /f/leaving/spin HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
      Eventually.holds("it runs", () -> node.node.assembly.scheduler.inFlight() == 1);
    }

    // Sooner than the function's own limit of 60 s.
    Eventually.holds("the guest stops", () -> node.node.assembly.scheduler.inFlight() == 0);
  }
}
