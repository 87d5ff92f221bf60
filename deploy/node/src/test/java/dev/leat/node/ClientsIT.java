package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.gateway.http.ConnectionLimits;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that hang up, wait, or send what they should not: what the node holds for them. */
class ClientsIT {
  private static final String ENDLESS =
      "  route: {auth: public}\n"
          + "  instances: {max: 1}\n"
          + "  limits: {timeout: 60s, request: 1Mi, fuel: 9000000000000000000}\n";
  private static final int BODY = 300_000;

  @TempDir private static Path directory;
  private static RunningNode node;
  private static Workshop acme;

  @BeforeAll
  static void start() {
    ConnectionLimits defaults = ConnectionLimits.DEFAULT;
    node =
        RunningNode.start(
            NodeConfig.embedded(directory, NodeConfig.DEFAULT_HOST, 0)
                .with(
                    new ConnectionLimits(
                        defaults.connections(),
                        defaults.perAddress(),
                        Duration.ofMillis(100),
                        defaults.response(),
                        Duration.ofMillis(500),
                        defaults.bodyBytesPerSecond(),
                        defaults.bodyMax())));
    acme = node.workshop("acme");
    acme.deployPublic("echo", Guests.echo());
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
  void hangUp_whileQueued_leavesTheQueueAtOnceWithItsBodyAndPlace() {
    Workshop spinning = node.workshop("spinning");
    spinning.deploy("endless", Guests.spinning(), ENDLESS);
    spinning.setQuota("{\"concurrency\":2}");

    try (RawConnection running = call(spinning)) {
      Eventually.holds("one runs", () -> node.node.assembly.scheduler.inFlight() == 1);
      for (int i = 0; i < 10; i++) {
        try (RawConnection queued = call(spinning)) {
          Eventually.holds("one waits", () -> node.node.assembly.scheduler.inFlight() == 2);
          assertThat(node.node.assembly.bodies.held()).isEqualTo(2 * BODY);
          queued.finish();
        }
        Eventually.holds("it has left", () -> node.node.assembly.scheduler.inFlight() == 1);
        Eventually.holds(
            "only the running call's body is held", () -> node.node.assembly.bodies.held() == BODY);
      }
      running.send(""); // still there
    }
  }

  private static RawConnection call(Workshop tenant) {
    return new RawConnection(node.port())
        .send(
            "POST /f/%s/endless HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
                .formatted(tenant.tenant, BODY))
        .send(new byte[BODY]);
  }

  @Test
  void idleTimeout_doesNotCutAFunctionThatRunsLonger() {
    acme.deploy(
        "slow",
        Guests.spinning(),
        "  route: {auth: public}\n  limits: {timeout: 1500ms, fuel: 9000000000000000000}\n");

    assertThat(acme.call("GET", "slow").send().problem()).isEqualTo("504 function-timeout worker");
  }

  @Test
  void body_thatDoesNotArrive_is408() {
    try (RawConnection connection = new RawConnection(node.port())) {
      connection.send(
          "POST /f/acme/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nonly this");

      String answer = connection.readAll();

      assertThat(answer).startsWith("HTTP/1.1 408 ").contains("request-timeout");
    }
  }

  @Test
  void host_isNeededOnce() {
    assertThat(head("GET /f/acme/echo HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(head("GET /f/acme/echo HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ");
    assertThat(head("GET /health/live HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ");
    assertThat(head("GET /f/acme/echo HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    assertThat(head("GET /f/acme/echo HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.");
  }

  @Test
  void upgradeToHttp2_isNotTaken_soNobodyBecomesLocalByIt() {
    String upgrade =
        "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.9\r\n"
            + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
            + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";

    assertThat(head(upgrade)).startsWith("HTTP/1.1 401 ");
    assertThat(head("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).doesNotContain("HTTP/1.1 200");
    assertThat(head("GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n"))
        .as("a proxy that adds nothing")
        .contains(" 401 ");
    assertThat(head("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")).contains(" 200 ");
  }

  private static String head(String request) {
    try (RawConnection connection = new RawConnection(node.port())) {
      return connection.send(request).readHead();
    }
  }

  @Test
  void version_decidesWhoMayCallIt() {
    acme.deploy("opened", Guests.saying("one"), "  route: {methods: [PUT]}\n");
    acme.deploy("opened", Guests.saying("two"), "  route: {auth: public, methods: [GET]}\n");

    assertThat(acme.call("GET", "opened").send().text()).isEqualTo("two");
    assertThat(acme.call("PUT", "opened:v1").send().status()).isEqualTo(401);
    assertThat(acme.call("PUT", "opened:v1").token(acme.token("invoker")).send().text())
        .isEqualTo("one");
    assertThat(acme.call("GET", "opened:v1").operator().send().status()).isEqualTo(405);
    assertThat(acme.call("PUT", "opened").send().status()).isEqualTo(405);
  }

  @Test
  void tokenOfTheInstallation_neverReachesAFunction() {
    acme.deployPublic("open", Guests.describing("authorization"));
    acme.deploy("closed", Guests.describing("authorization"), "");
    String token = acme.token("invoker");

    assertThat(acme.call("GET", "open").operator().send().text()).isEqualTo("GET\n\n\n-\n");
    assertThat(acme.call("GET", "open").token(token).send().text()).isEqualTo("GET\n\n\n-\n");
    assertThat(acme.call("GET", "closed").token(token).send().text()).isEqualTo("GET\n\n\n-\n");
    assertThat(acme.call("GET", "open").token("of-another-service").send().text())
        .isEqualTo("GET\n\n\nBearer of-another-service\n");
  }
}
