package dev.leat.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.OctetKeyPair;
import dev.leat.attacks.Siege.Ongoing;
import dev.leat.node.Answered;
import dev.leat.node.Guests;
import dev.leat.node.NodeUnderTest;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.node.RawConnection;
import dev.leat.registry.key.Signatures;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the control plane is asked to read, to compile and to keep. */
@ExtendWith(SiegeExtension.class)
class PublishingAttacksIT {
  /** What a small module may take to be published beside others' slow ones. */
  private static final Duration PUBLISH_MAX = Duration.ofSeconds(10);

  @Test
  void module_ofTenMillionTypes_sentOrHungUpOn(Siege siege) {
    Workshop tenant = siege.attacker();
    String token = tenant.token("developer");
    byte[] module = HostileGuests.claimingTypes(10_000_000);
    byte[] form = form(tenant, module);
    String head =
        ("POST /v1/tenants/%s/modules HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                + "Content-Type: multipart/form-data; boundary=%s\r\nContent-Length: %d\r\n\r\n")
            .formatted(tenant.tenant, token, NodeUnderTest.BOUNDARY, form.length);

    siege.withstands(() ->
        Attackers.each(
            6,
            attacker -> {
              try (RawConnection connection = siege.node().attackersConnection()) {
                connection.send(head).send(form);
                if (attacker == 0) {
                  assertThat(connection.read().status()).isIn(422, 503);
                } else {
                  LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
                }
              }
            }));
  }

  private static byte[] form(Workshop tenant, byte[] module) {
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("module", module);
    parts.put(
        "signature",
        Signatures.sign(tenant.key, tenant.statement(module)).getBytes(StandardCharsets.US_ASCII));
    return NodeUnderTest.multipart(parts);
  }

  /** Nobody waits for all of another tenant's modules. */
  @Test
  void modules_thatCompileSlowly_byTheDozen(Siege siege) {
    Workshop tenant = siege.attacker();
    AtomicInteger number = new AtomicInteger();

    siege.withstands(() -> {
      Ongoing publishing =
          Attackers.each(
              Length.of(4, 12),
              attacker -> {
                byte[] slow = HostileGuests.slowToCompile(number.incrementAndGet());
                assertThat(tenant.publish(slow).status()).isIn(201, 503);
              });
      long started = System.nanoTime();
      byte[] small = Guests.saying("small " + number.incrementAndGet());
      Answered published = siege.neighbour().workshop().publish(small);
      assertThat(published.status()).as(published.toString()).isEqualTo(201);
      assertThat(System.nanoTime() - started).isLessThan(PUBLISH_MAX.toNanos());
      return publishing;
    });
  }

  /** Whoever comes first wins, the others are told so; nothing is half done. */
  @Test
  void names_takenByManyAtOnce(Siege siege) {
    Workshop tenant = siege.attacker();
    OctetKeyPair key = NodeUnderTest.newKey();
    byte[] module = Guests.saying("one of many");
    String signature = Signatures.sign(tenant.key, tenant.statement(module));
    assertThat(tenant.publish(module, signature).status()).isEqualTo(201);
    String manifest = NodeUnderTest.manifest("contended", module, "");
    List<Runnable> claims =
        List.of(
            () -> assertThat(tenant.register(key).status()).isIn(200, 201, 409),
            () -> assertThat(tenant.publish(module, signature).status()).isIn(200, 201, 409, 503),
            () ->
                assertThat(tenant.deploy("contended", manifest).status())
                    .isIn(200, 201, 409, 412, 503),
            () ->
                assertThat(
                        siege
                            .node()
                            .request("POST", "/v1/tenants")
                            .operator()
                            .json("{\"name\":\"%s\"}".formatted(tenant.tenant))
                            .send()
                            .status())
                    .isEqualTo(409));

    siege.withstands(() -> Attackers.each(12, attacker -> claims.get(attacker % 4).run()));
  }
}
