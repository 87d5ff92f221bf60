package dev.leat.tenants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import dev.leat.store.StoreSchema;
import dev.leat.tenants.jdbi.JdbiSigningKeyStore;
import dev.leat.tenants.jdbi.TenantsSchema;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.TestDatabase;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SigningKeysTest {
  private final TestDatabase database = TestDatabase.h2();
  private final SigningKeyStore store = new JdbiSigningKeyStore(database.dataSource());
  private final ManualClock clock = new ManualClock();

  @BeforeEach
  void migrate() {
    StoreSchema.migrate(database.dataSource());
    TenantsSchema.migrate(database.dataSource());
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void jwks_showsOnlyThePublicPart() throws Exception {
    SigningKeys keys = started();

    OctetKeyPair key = JWKSet.parse(keys.jwks()).getKeys().getFirst().toOctetKeyPair();
    SigningKeyStore.KeyPair kept = kept();
    assertThat(key.isPrivate()).isFalse();
    assertThat(key.getX()).hasToString(kept.publicKey());
    assertThat(key.getKeyID()).isEqualTo(key.computeThumbprint().toString());
    assertThat(key.getAlgorithm().getName()).isEqualTo("EdDSA");
    assertThat(keys.jwks()).doesNotContain("\"d\"").doesNotContain(kept.privateKey());
  }

  @Test
  void start_again_loadsTheSameKey() {
    String jwks = started().jwks();

    assertThat(started().jwks()).isEqualTo(jwks);
  }

  @Test
  void jwks_beforeStart_isADefect() {
    SigningKeys keys = new SigningKeys(store, clock);

    assertThatThrownBy(keys::jwks).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void toString_ofAnySecret_hidesIt() {
    SigningKeys keys = started();
    SigningKeyStore.KeyPair kept = kept();
    IssuedToken token = new IssuedToken("id", "the.secret.jwt", Instant.EPOCH);

    assertThat(kept.toString()).contains(kept.id()).doesNotContain(kept.privateKey());
    assertThat(keys.toString()).doesNotContain(kept.privateKey());
    assertThat(token.toString()).contains("id").doesNotContain("secret");
  }

  private SigningKeys started() {
    SigningKeys keys = new SigningKeys(store, clock);
    keys.load();
    return keys;
  }

  private SigningKeyStore.KeyPair kept() {
    return store.keepFirst(new SigningKeyStore.KeyPair("unused", "x", "d", Instant.EPOCH));
  }
}
