package dev.leat.tenants;

import static dev.leat.tenants.Platform.done;
import static dev.leat.tenants.Platform.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import dev.leat.contract.Change;
import dev.leat.contract.ProblemCode;
import dev.leat.tenants.jdbi.JdbiSigningKeyStore;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.TestDatabase;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SigningKeysTest {
  private final TestDatabase database = Platform.DATABASES.h2();
  private final SigningKeyStore store = new JdbiSigningKeyStore(database.dataSource());
  private final ManualClock clock = new ManualClock();
  private final List<Runnable> looks = new ArrayList<>();

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
    SigningKeys keys = new SigningKeys(store, looks::add, clock, () -> 0);

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

  @Test
  void rotate_newKeySigns_andTheJwkSetHasBothWhileTheOldOneVerifies() throws Exception {
    SigningKeys keys = started();
    String first = kept().id();

    SigningKeyStore.Keys rotated = done(keys.rotate(Optional.of(Duration.ofHours(1))));
    assertThat(kids(keys)).as("until it is heard of").containsExactly(first);
    keys.changed(new Change.SigningKeyChanged());

    String second = rotated.signing().id();
    assertThat(second).isNotEqualTo(first);
    assertThat(keys.shown().signing().id()).isEqualTo(second);
    // No token was issued, so there is only the skew of clocks to wait for.
    assertThat(kids(keys)).containsExactlyInAnyOrder(first, second);
    clock.advance(Tokens.CLOCK_SKEW);
    assertThat(kids(keys)).containsExactly(second);
    assertThat(keys.shown().retired()).isEmpty();
  }

  private static List<String> kids(SigningKeys keys) throws ParseException {
    return JWKSet.parse(keys.jwks()).getKeys().stream().map(JWK::getKeyID).toList();
  }

  @Test
  void rotate_overlapOutOfRange_isRefused() {
    SigningKeys keys = started();

    assertThat(refused(keys.rotate(Optional.of(Duration.ofSeconds(-1)))).code())
        .isEqualTo(ProblemCode.INVALID_REQUEST);
    assertThat(refused(keys.rotate(Optional.of(Duration.ofDays(366)))).detail())
        .contains("0 to 365 days");
  }

  @Test
  void rotate_tooOften_isRefusedWithTheRemedy() {
    SigningKeys keys = started();
    for (int i = 0; i < SigningKeys.RETIRED_MAX; i++) {
      done(keys.rotate(Optional.empty()));
    }

    assertThat(refused(keys.rotate(Optional.empty())).detail()).contains("20 keys", "overlap");
    clock.advance(Tokens.CLOCK_SKEW);
    done(keys.rotate(Optional.empty()));
  }

  @Test
  void look_isBegunOnceAtATime() {
    SigningKeys keys = started();

    CompletionStage<Void> begun = keys.look();
    assertThat(keys.look()).isSameAs(begun);
    assertThat(looks).hasSize(1);
    looks.getFirst().run();

    assertThat(begun).isCompleted();
    assertThat(keys.look()).as("not again within the pause").isNull();
  }

  private SigningKeys started() {
    SigningKeys keys = new SigningKeys(store, looks::add, clock, () -> 0);
    keys.load();
    return keys;
  }

  private SigningKeyStore.KeyPair kept() {
    return store
        .keepFirst(new SigningKeyStore.KeyPair("unused", "x", "d", Instant.EPOCH))
        .signing();
  }
}
