package dev.leat.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.node.Answered;
import dev.leat.node.Guests;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.node.RawConnection;
import dev.leat.node.RawConnection.Response;
import dev.leat.testkit.Eventually;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Bodies of requests and responses: large, unfinished, slow, in the smallest of pieces. */
@ExtendWith(SiegeExtension.class)
class BodyAttacksIT {
  private static final int MIB = 1 << 20;
  private static final String PUBLIC = "  route: {auth: public}\n";

  /** The memory for bodies of functions, with 512 MB. */
  private static final int BODIES = 48 * MIB;

  @Test
  void bodies_queuedBehindASpin_thenHungUp(Siege siege) {
    Workshop tenant = siege.attacker();
    tenant.deploy(
        "spin",
        Guests.spinning(),
        PUBLIC
            + "  instances: {max: 1}\n"
            + "  limits: {timeout: 300s, request: 64Mi, fuel: 9000000000000000000}\n");
    assertThat(tenant.setQuota("{\"concurrency\":2}").status()).isEqualTo(200);
    byte[] body = new byte[20 * MIB];

    siege.withstands(() -> {
      RawConnection running = siege.node().attackersConnection();
      running.send(head(tenant, "spin", 0));
      Eventually.holds("one spins", () -> siege.node().metrics().busyInstances() >= 1);
      Attackers queueing =
          Attackers.each(
              2,
              attacker -> {
                try (RawConnection queued = siege.node().attackersConnection()) {
                  queued.send(head(tenant, "spin", body.length)).send(body);
                  assertThat(siege.node().metrics().bodyBytes()).isLessThanOrEqualTo(BODIES);
                }
              });
      return () -> {
        queueing.close();
        running.close();
      };
    });
  }

  @Test
  void bodies_largerThanThereIsRoom_areWholeOrRefused(Siege siege) {
    List<Workshop> tenants = Stream.generate(siege::attacker).limit(3).toList();
    byte[] echo = HostileGuests.echo(8 * MIB);
    tenants.forEach(tenant ->
        tenant.deploy(
            "echo",
            echo,
            PUBLIC + "  limits: {request: 8Mi, response: 8Mi}\n  instances: {max: 4}\n"));
    byte[] body = new byte[8 * MIB];
    new Random(2).nextBytes(body);

    siege.withstands(() ->
        Attackers.each(
            12,
            attacker -> {
              Workshop tenant = tenants.get(attacker % tenants.size());
              try (RawConnection connection = siege.node().attackersConnection()) {
                Response answer =
                    connection.send(head(tenant, "echo", body.length)).send(body).read();
                assertThat(answer.status()).as(answer.head()).isIn(200, 503);
                if (answer.status() == 200) {
                  assertThat(Arrays.equals(answer.body(), body)).as("the body is whole").isTrue();
                }
              }
            }));
  }

  @Test
  void bodies_unfinishedOrDripped_fromManyConnections(Siege siege) {
    Workshop tenant = siege.attacker();
    tenant.deploy("echo", Guests.echo(), PUBLIC + "  limits: {request: 1Mi}\n");
    byte[] most = new byte[900_000];

    siege.withstands(() -> {
      List<RawConnection> open = new ArrayList<>();
      for (int i = 0; i < 70; i++) {
        RawConnection connection = siege.node().attackersConnection();
        open.add(connection);
        try {
          connection.send(head(tenant, "echo", MIB)).send(i % 2 == 0 ? most : new byte[1]);
        } catch (UncheckedIOException e) {
          // refused already
        }
      }
      byte[] module = Guests.saying("published meanwhile");
      Answered published = siege.neighbour().workshop().publish(module);
      assertThat(published.status()).as(published.toString()).isEqualTo(201);
      Attackers dripping =
          Attackers.each(
              1,
              attacker -> {
                for (int i = 1; i < open.size(); i += 2) {
                  drip(open.get(i));
                }
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
              });
      return () -> {
        dripping.close();
        open.forEach(RawConnection::close);
      };
    });
  }

  private static void drip(RawConnection connection) {
    try {
      connection.send(new byte[1]);
    } catch (UncheckedIOException e) {
      // it took too long, and was closed
    }
  }

  @Test
  void bodies_ofExactlyTheLimit_andOneMore(Siege siege) {
    Workshop tenant = siege.attacker();
    tenant.deploy("echo", Guests.echo(), PUBLIC + "  limits: {request: 1Mi, response: 1Mi}\n");
    byte[] body = new byte[MIB + 1];
    byte[] chunk = ("%x\r\n".formatted(MIB)).getBytes(StandardCharsets.US_ASCII);

    siege.withstands(() ->
        Attackers.each(
            4,
            attacker -> {
              boolean isTooLarge = attacker % 2 == 0;
              int length = isTooLarge ? MIB + 1 : MIB;
              try (RawConnection connection = siege.node().attackersConnection()) {
                if (attacker < 2) {
                  connection.send(head(tenant, "echo", length)).send(Arrays.copyOf(body, length));
                } else {
                  connection.send(chunkedHead(tenant)).send(chunk).send(Arrays.copyOf(body, MIB));
                  connection.send(isTooLarge ? "\r\n1\r\nx\r\n0\r\n\r\n" : "\r\n0\r\n\r\n");
                }
                assertThat(connection.read().status()).isIn(isTooLarge ? 413 : 200, 503);
              }
            }));
  }

  @Test
  void bodies_inChunksOfAByte(Siege siege) {
    Workshop tenant = siege.attacker();
    tenant.deploy("echo", Guests.echo(), PUBLIC + "  limits: {request: 1Mi, response: 1Mi}\n");
    byte[] chunks = "1\r\nx\r\n".repeat(100_000).getBytes(StandardCharsets.US_ASCII);

    siege.withstands(() ->
        Attackers.each(
            4,
            attacker -> {
              try (RawConnection connection = siege.node().attackersConnection()) {
                Response answer =
                    connection.send(chunkedHead(tenant)).send(chunks).send("0\r\n\r\n").read();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).hasSize(100_000);
              }
            }));
  }

  @Test
  void bodies_announcedAndNeverSent(Siege siege) {
    Workshop tenant = siege.attacker();
    tenant.deploy("echo", Guests.echo(), PUBLIC + "  limits: {request: 64Mi}\n");

    siege.withstands(() -> {
      List<RawConnection> open = new ArrayList<>();
      for (int i = 0; i < Length.of(200, 900); i++) {
        RawConnection connection = siege.node().attackersConnection();
        open.add(connection);
        connection.send(
            "POST /f/%s/echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
                .formatted(tenant.tenant, 64 * MIB));
        assertThat(connection.readHead()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      }
      return () -> open.forEach(RawConnection::close);
    });
  }

  @Test
  void forms_ofEndlessPartHeads(Siege siege) {
    Workshop tenant = siege.attacker();
    String token = tenant.token("developer");
    String head =
        ("POST /v1/tenants/%s/modules HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                + "Content-Type: multipart/form-data; boundary=b\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n")
            .formatted(tenant.tenant, token);
    byte[] partHead =
        chunk("--b\r\nContent-Disposition: form-data; name=\"module\"; filename=\"m\"\r\n");
    byte[] fields = chunk("X-Field: 0123456789\r\n".repeat(1_000));
    byte[] oneField = chunk("0123456789".repeat(2_000));
    byte[] parts =
        chunk("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n".repeat(500));

    siege.withstands(() ->
        Attackers.each(
            6,
            attacker -> {
              try (RawConnection connection = siege.node().attackersConnection()) {
                connection.send(head);
                if (attacker % 3 != 2) {
                  connection.send(partHead);
                }
                byte[] endless = List.of(fields, oneField, parts).get(attacker % 3);
                for (int i = 0; i < 2_000; i++) {
                  connection.send(endless);
                }
                connection.send("0\r\n\r\n");
                assertThat(connection.read().status()).isIn(400, 413, 503);
              }
            }));
  }

  @Test
  void responses_neverRead(Siege siege) {
    List<Workshop> tenants = Stream.generate(siege::attacker).limit(2).toList();
    byte[] answering = HostileGuests.answering(12 * MIB);
    tenants.forEach(
        tenant -> tenant.deploy("answers", answering, PUBLIC + "  limits: {response: 64Mi}\n"));

    siege.withstands(() -> {
      List<RawConnection> open = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        RawConnection connection = siege.node().attackersConnection();
        open.add(connection);
        connection.send(head(tenants.get(i % 2), "answers", 0));
      }
      Eventually.holds("responses are held", () -> siege.node().metrics().bodyBytes() > MIB);
      return () -> open.forEach(RawConnection::close);
    });
  }

  private static byte[] chunk(String text) {
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    chunk.writeBytes("%x\r\n".formatted(text.length()).getBytes(StandardCharsets.US_ASCII));
    chunk.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    chunk.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    return chunk.toByteArray();
  }

  private static String head(Workshop tenant, String function, int length) {
    return "POST /f/%s/%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
        .formatted(tenant.tenant, function, length);
  }

  private static String chunkedHead(Workshop tenant) {
    return "POST /f/%s/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        .formatted(tenant.tenant);
  }
}
