package dev.leat.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.node.Guests;
import dev.leat.node.NodeUnderTest;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.node.RawConnection;
import dev.leat.node.RawConnection.Response;
import dev.leat.testkit.Eventually;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Functions that take the processors, threads and memory of others. */
@ExtendWith(SiegeExtension.class)
class GuestAttacksIT {
  private static final String ENDLESS =
      "  route: {auth: public}\n  limits: {timeout: 300s, fuel: 9000000000000000000}\n";
  private static final int MIB = 1 << 20;
  private static final Duration BETWEEN_BURSTS = Duration.ofSeconds(2);

  @Test
  void spins_ofTwoTenants_takeAllThreads(Siege siege) {
    List<Workshop> tenants = attackers(siege, 2);
    tenants.forEach(tenant -> tenant.deploy("spin", Guests.spinning(), ENDLESS));

    siege.withstands(() -> {
      Attackers spinning =
          Attackers.each(12, attacker -> call(siege, tenants.get(attacker % 2), "spin"));
      Eventually.holds("they spin", () -> siege.node().metrics().busyInstances() >= 8);
      return spinning;
    });
  }

  /** Tenants that are new in each round, so that there is always something to prepare. */
  @Test
  void instances_preparedByTheThousand_withASlowInit(Siege siege) {
    siege.withstands(() -> {
      List<Workshop> tenants = attackers(siege, 2);
      tenants.parallelStream().forEach(SlowFunctions::deploy);
      SlowFunctions.awaitPreparing(siege.node());
      return () -> tenants.forEach(siege::delete);
    });
  }

  @Test
  void tenant_deletedInTheMiddleOfItsOwnFlood(Siege siege) {
    siege.withstands(() ->
        Attackers.each(
            2,
            attacker -> {
              Workshop flooding = siege.attacker();
              flooding.deploy("spin", Guests.spinning(), ENDLESS);
              flooding.deploy("echo", HostileGuests.echo(MIB), "  route: {auth: public}\n");
              try (Attackers _ =
                  Attackers.each(
                      6,
                      each -> {
                        if (each % 2 == 0) {
                          call(siege, flooding, "spin");
                        } else {
                          post(siege, flooding, "echo", new byte[MIB]);
                        }
                      })) {
                Eventually.holds("it floods", () -> siege.node().metrics().busyInstances() > 0);
                siege.delete(flooding);
              }
            }));
  }

  @Test
  void processorBody_ofMillionsOfArrays(Siege siege) {
    List<Workshop> tenants = attackers(siege, 2);
    byte[] body = "[],".repeat(16 * MIB / 3 - 2).getBytes(StandardCharsets.US_ASCII);
    body[0] = '[';
    body[1] = '0';
    body[body.length - 1] = ']';
    byte[] processor = HostileGuests.processor(17 * MIB);
    String manifest =
        NodeUnderTest.manifest(
                "event",
                processor,
                "  route: {auth: public}\n  limits: {request: 17Mi, memory: 64Mi}\n")
            .replace("contract: handler", "contract: processor");
    tenants.forEach(tenant -> {
      assertThat(tenant.publish(processor).status()).isEqualTo(201);
      assertThat(tenant.deploy("event", manifest).status()).isEqualTo(201);
    });

    siege.withstands(
        () -> Attackers.each(2, attacker -> post(siege, tenants.get(attacker), "event", body)));
  }

  /**
   * Each takes its memory, and a copy of it to go back to. Four at once are more than there is room
   * for. They come in bursts: the garbage that they leave is collected at a price that all pay.
   */
  @Test
  void instances_ofLargeMemories_startAtOnce(Siege siege) {
    List<Workshop> tenants = attackers(siege, 4);
    byte[] echo = HostileGuests.echo(75 * MIB);
    tenants.forEach(tenant ->
        tenant.deploy(
            "large",
            echo,
            "  route: {auth: public}\n  limits: {memory: 80Mi}\n  instances: {reuse: fresh}\n"));

    siege.withstands(() ->
        Attackers.each(
            4,
            attacker -> {
              assertThat(call(siege, tenants.get(attacker), "large").status()).isIn(200, 503);
              LockSupport.parkNanos(BETWEEN_BURSTS.toNanos());
            }));
  }

  @Test
  void logLines_ofNothingButNuls(Siege siege) {
    Workshop tenant = siege.attacker();
    tenant.deploy(
        "logs",
        HostileGuests.logging(1_000, 8_192),
        "  route: {auth: public}\n  capabilities: {logging: true}\n");
    long before = siege.node().errorBytes();

    siege.withstands(() -> Attackers.each(4, attacker -> call(siege, tenant, "logs")));

    assertThat(siege.node().errorBytes() - before).isLessThan(20 * MIB);
  }

  private static List<Workshop> attackers(Siege siege, int count) {
    return Stream.generate(siege::attacker).limit(count).toList();
  }

  private static Response call(Siege siege, Workshop tenant, String function) {
    return post(siege, tenant, function, new byte[0]);
  }

  private static Response post(Siege siege, Workshop tenant, String function, byte[] body) {
    try (RawConnection connection = siege.node().attackersConnection()) {
      return connection
          .send(
              "POST /f/%s/%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
                  .formatted(tenant.tenant, function, body.length))
          .send(body)
          .read();
    }
  }
}
