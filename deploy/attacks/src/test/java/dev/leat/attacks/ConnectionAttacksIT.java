package dev.leat.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.leat.node.Guests;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.node.RawConnection;
import dev.leat.node.RawConnection.Response;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.Seed;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that need no function: many, silent, in a hurry, in disguise, or not speaking HTTP. */
@ExtendWith(SiegeExtension.class)
class ConnectionAttacksIT {
  private static final String PUBLIC = "  route: {auth: public}\n";

  @Test
  void connections_moreThanAnAddressMayHave(Siege siege) {
    assumeTrue(siege.node().hasAddressOfAttackers());

    siege.withstands(() -> {
      List<RawConnection> open = new ArrayList<>();
      long refused = siege.node().metrics().connectionsRefused();
      for (int i = 0; i < 1_100; i++) {
        open.add(siege.node().attackersConnection());
      }
      Eventually.holds(
          "those above 1,000 are closed",
          () -> siege.node().metrics().connectionsRefused() - refused == 100);
      return () -> open.forEach(RawConnection::close);
    });
  }

  @Test
  void requests_pipelinedAndNeverReadTheAnswers(Siege siege) {
    Workshop tenant = siege.attacker();
    tenant.deploy("echo", Guests.echo(), PUBLIC);
    List<byte[]> requests =
        List.of(
            pipeline("GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"),
            pipeline("GET /f/nobody/nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
            pipeline("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
            pipeline(
                "POST /f/%s/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n%s"
                    .formatted(tenant.tenant, "x".repeat(1_000))));

    siege.withstands(() ->
        Attackers.each(
            8,
            attacker -> {
              try (RawConnection connection = siege.node().attackersConnection()) {
                while (true) {
                  connection.send(requests.get(attacker % 4));
                }
              }
            }));
  }

  private static byte[] pipeline(String request) {
    return request.repeat(100).getBytes(StandardCharsets.US_ASCII);
  }

  /** Only a signature that is looked at tells that they are forged: all else is as it should be. */
  @Test
  void tokens_forgedOneByOne(Siege siege) {
    String kid =
        siege
            .node()
            .request("GET", "/.well-known/jwks.json")
            .send()
            .json()
            .at("/keys/0/kid")
            .asText();
    String header = base64("{\"alg\":\"EdDSA\",\"kid\":\"%s\"}".formatted(kid));
    String claims =
        base64(
            "{\"iss\":\"leat\",\"sub\":\"x\",\"jti\":\"x\",\"exp\":9999999999,\"roles\":[\"operator\"]}");

    siege.withstands(() ->
        Attackers.each(
            8,
            attacker -> {
              Random random = new Random();
              try (RawConnection connection = siege.node().attackersConnection()) {
                byte[] signature = new byte[64];
                for (int i = 0; i < 1_000; i++) {
                  random.nextBytes(signature);
                  Response answer =
                      connection
                          .send(
                              "GET /v1/tenants HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s.%s.%s\r\n\r\n"
                                  .formatted(header, claims, base64(signature)))
                          .read();
                  assertThat(answer.status()).isIn(401, 429);
                }
              }
            }));
  }

  /** A public function's caller may send any; one of this installation must be found in it. */
  @Test
  void tokens_inThousandsOfDisguises(Siege siege) {
    Workshop tenant = siege.attacker();
    tenant.deploy("echo", Guests.echo(), PUBLIC);
    byte[] request =
        "GET /f/%s/echo HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n"
            .formatted(tenant.tenant, "e30. ".repeat(6_000))
            .getBytes(StandardCharsets.US_ASCII);

    siege.withstands(() ->
        Attackers.each(
            8,
            attacker -> {
              try (RawConnection connection = siege.node().attackersConnection()) {
                while (true) {
                  assertThat(connection.send(request).read().status()).isEqualTo(200);
                }
              }
            }));
  }

  @Test
  void upgrades_toWhatIsNotSpoken(Siege siege) {
    List<String> requests =
        List.of(
            "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.9\r\n"
                + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0",
            "GET /metrics HTTP/1.1\r\nHost: localhost\r\nVia: 1.1 x\r\nConnection: upgrade\r\n"
                + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");

    siege.withstands(() ->
        Attackers.each(
            6,
            attacker -> {
              try (RawConnection connection = siege.node().attackersConnection()) {
                String answer = connection.send(requests.get(attacker % 3)).readHead();
                assertThat(answer).doesNotContain("HTTP/1.1 200").doesNotContain("HTTP/1.1 101");
              }
            }));
  }

  @Test
  void requests_malformed(Siege siege) {
    Seed seed = Seed.orElse(20_260_101L);
    Workshop tenant = siege.attacker();
    tenant.deploy("echo", Guests.echo(), PUBLIC);
    MalformedRequests requests = new MalformedRequests(tenant.tenant, seed.random());
    List<byte[]> thousand = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      thousand.add(requests.next());
    }

    siege.withstands(() -> {
      AtomicInteger sent = new AtomicInteger();
      Attackers sending =
          Attackers.each(
              4,
              attacker -> {
                byte[] request = thousand.get(sent.getAndIncrement() % thousand.size());
                assertThat(halfClosed(siege, request))
                    .as("%s: %s", seed, new String(request, StandardCharsets.ISO_8859_1))
                    .doesNotContain("HTTP/1.1 500")
                    .doesNotContain("internal-error");
              });
      return () -> {
        Eventually.holds("all are sent", () -> sent.get() >= thousand.size() + 4);
        sending.close();
      };
    });
  }

  /** What the server says, and that it closes the connection when the client does. */
  private static String halfClosed(Siege siege, byte[] request) {
    try (RawConnection connection = siege.node().attackersConnection()) {
      try {
        connection.send(request).finish();
      } catch (UncheckedIOException e) {
        return ""; // closed before all was sent
      }
      return connection.readAll();
    }
  }

  private static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
