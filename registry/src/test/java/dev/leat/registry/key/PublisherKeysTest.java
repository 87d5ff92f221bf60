package dev.leat.registry.key;

import static dev.leat.registry.TestRegistry.ACME;
import static dev.leat.registry.TestRegistry.ACTOR;
import static dev.leat.registry.TestRegistry.OTHER;
import static dev.leat.registry.TestRegistry.done;
import static dev.leat.registry.TestRegistry.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.OctetKeyPair;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.registry.TestRegistry;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PublisherKeysTest {
  private final OctetKeyPair pair = TestRegistry.newKey();
  private TestRegistry registry;

  @BeforeEach
  void open(@TempDir Path directory) {
    registry = new TestRegistry(directory);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void register_publicKey_isKeptUnderItsThumbprint() throws JOSEException, ParseException {
    String jwk =
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\",\"kid\":\"mine\",\"name\":\"laptop\"}"
            .formatted(pair.getX());

    PublisherKey key = done(registry.keys.register(OTHER, ACTOR, jwk));

    assertThat(key.kid()).isEqualTo(pair.computeThumbprint().toString());
    assertThat(key.name()).isEqualTo("laptop");
    assertThat(key.createdAt()).isEqualTo(registry.clock.instant());
    assertThat(OctetKeyPair.parse(key.publicJwk()).toPublicJWK().getX()).isEqualTo(pair.getX());
    assertThat(registry.keys.list(OTHER)).containsExactly(key);
    assertThat(registry.recorded(OTHER)).containsExactly("key.register " + key.kid());
  }

  @Test
  void register_again_givesTheSameAndRecordsNothing() {
    PublisherKey first = register();
    registry.clock.advance(Duration.ofDays(1));

    assertThat(register()).isEqualTo(first);
    assertThat(registry.recorded(OTHER)).hasSize(1);
  }

  @Test
  void register_revokedKey_isRefused() {
    PublisherKey key = register();
    registry.keys.revoke(OTHER, ACTOR, key.kid());

    assertThat(
            refused(registry.keys.register(OTHER, ACTOR, publicJwk()), ProblemCode.CONFLICT)
                .detail())
        .contains("was revoked");
  }

  @Test
  void register_privateKey_isRefusedAsDisclosed() {
    Problem problem =
        refused(
            registry.keys.register(OTHER, ACTOR, pair.toJSONString()), ProblemCode.INVALID_REQUEST);

    assertThat(problem.detail()).contains("disclosed").doesNotContain(pair.getD().toString());
    assertThat(registry.keys.list(OTHER)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "[]",
        "null",
        "{}",
        "{} {}",
        "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
        "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"short\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS+7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
        "{\"kty\":\"OKP\",\"kty\":\"OKP\",\"crv\":\"Ed25519\","
            + "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
      })
  void register_noEd25519Key_isRefused(String jwk) {
    refused(registry.keys.register(OTHER, ACTOR, jwk), ProblemCode.INVALID_REQUEST);
  }

  @Test
  void register_tooLong_isRefused() {
    String jwk = publicJwk().replace("}", " ".repeat(PublisherKeys.JWK_CHARS_MAX) + "}");

    refused(registry.keys.register(OTHER, ACTOR, jwk), ProblemCode.INVALID_REQUEST);
  }

  @Test
  void register_tooMany_isRefused() {
    for (int i = 0; i < PublisherKeys.KEYS_MAX; i++) {
      done(
          registry.keys.register(OTHER, ACTOR, TestRegistry.newKey().toPublicJWK().toJSONString()));
    }

    refused(registry.keys.register(OTHER, ACTOR, publicJwk()), ProblemCode.CONFLICT);
  }

  @Test
  void revoke_twice_keepsTheFirstInstant() {
    PublisherKey key = register();
    Instant revoked = registry.clock.instant();

    done(registry.keys.revoke(OTHER, ACTOR, key.kid()));
    registry.clock.advance(Duration.ofDays(1));
    PublisherKey again = done(registry.keys.revoke(OTHER, ACTOR, key.kid()));

    assertThat(again.revokedAt()).contains(revoked);
    assertThat(registry.recorded(OTHER)).hasSize(2);
  }

  @Test
  void revoke_anotherTenantsKey_isNotFound() {
    PublisherKey key = register();

    refused(registry.keys.revoke(ACME, ACTOR, key.kid()), ProblemCode.NOT_FOUND);
    assertThat(registry.keys.list(OTHER)).noneMatch(PublisherKey::isRevoked);
  }

  private PublisherKey register() {
    return done(registry.keys.register(OTHER, ACTOR, publicJwk()));
  }

  private String publicJwk() {
    return pair.toPublicJWK().toJSONString();
  }
}
