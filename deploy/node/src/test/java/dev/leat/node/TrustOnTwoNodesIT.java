package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.registry.key.Signatures;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies and revocations on a cluster of two: what one node is told holds on both within 1 s. */
class TrustOnTwoNodesIT {
  /** 1 s, which is promised, and room for a machine that is loaded. */
  private static final Duration SEEN_WITHIN = Duration.ofSeconds(1 + 4);

  @TempDir private Path directory;

  @Test
  void aRevocationHoldsOnTheOther() throws Exception {
    try (TestDatabase database = TestDatabase.postgres();
        Connection connection = database.dataSource().getConnection()) {
      DatabaseConfig tables =
          new DatabaseConfig(
              connection.getMetaData().getURL(),
              "postgres",
              new Secret(""),
              DatabaseConfig.POOL_SIZE);
      try (RunningNode a = RunningNode.start(directory, tables, "a");
          RunningNode b = RunningNode.start(directory, tables, "b", a)) {
        Workshop acme = a.workshop("acme");
        byte[] module = Guests.saying("one");
        acme.deployPublic("mask", module);
        assertSeen("the function", () -> call(b).text().equals("one"));
        OctetKeyPair second = new OctetKeyPairGenerator(Curve.Ed25519).generate();
        assertThat(acme.register(second).status()).isEqualTo(201);

        revoke(a, acme.key);
        assertThat(acme.publish(Guests.saying("two")).problem())
            .isEqualTo("422 invalid-signature gateway");
        assertThat(deploy(b, module).status()).as("keep").isEqualTo(201);

        policy(a, "{\"on-revoke\":\"stop-new\"}");
        assertThat(deploy(b, module).problem()).isEqualTo("422 module-untrusted gateway");
        assertThat(call(b).text()).isEqualTo("one");

        policy(a, "{\"on-revoke\":\"drain\"}");
        assertThat(call(a).problem())
            .as("at once where it was done")
            .isEqualTo("502 module-revoked gateway");
        assertSeen("draining", () -> call(b).problem().equals("502 module-revoked gateway"));

        assertThat(acme.publish(module, Signatures.sign(second, acme.statement(module))).status())
            .isEqualTo(201);
        assertThat(call(a).text()).isEqualTo("one");
        assertSeen("another key's signature", () -> call(b).text().equals("one"));

        revoke(b, second);
        assertThat(call(b).problem()).isEqualTo("502 module-revoked gateway");
        assertSeen("a revocation", () -> call(a).problem().equals("502 module-revoked gateway"));
      }
    }
  }

  private static void revoke(RunningNode node, OctetKeyPair key) throws Exception {
    String path = "/v1/tenants/acme/keys/" + key.computeThumbprint();
    assertThat(node.request("DELETE", path).operator().send().status()).isEqualTo(204);
  }

  private static void policy(RunningNode node, String change) {
    assertThat(
            node.request("PUT", "/v1/tenants/acme/policy").operator().json(change).send().status())
        .isEqualTo(200);
  }

  private static Answered deploy(RunningNode node, byte[] module) {
    return node.request("PUT", "/v1/tenants/acme/functions/mask")
        .operator()
        .field("Content-Type", "application/yaml")
        .body(NodeUnderTest.manifest("mask", module, "  route: {auth: public}\n"))
        .send();
  }

  private static Answered call(RunningNode node) {
    return node.request("POST", "/f/acme/mask").body("").send();
  }

  private static void assertSeen(String what, BooleanSupplier isSeen) {
    long begin = System.nanoTime();
    Eventually.holds(what, isSeen);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).as(what).isLessThan(SEEN_WITHIN);
  }
}
