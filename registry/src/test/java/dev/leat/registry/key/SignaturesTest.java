package dev.leat.registry.key;

import static dev.leat.registry.TestRegistry.done;
import static dev.leat.registry.TestRegistry.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.registry.TestRegistry;
import dev.leat.testkit.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SignaturesTest {
  private final ManualClock clock = new ManualClock();
  private final Signatures signatures = new Signatures(clock);
  private final OctetKeyPair pair = TestRegistry.newKey();
  private final PublisherKey key = publisherKey(pair);
  private final Statement statement =
      new Statement("mask", "1.0.0", ModuleDigest.of(new byte[] {1}), 1, clock.instant());

  @Test
  void verify_whatWasSigned_givesTheStatement() {
    String jws = Signatures.sign(pair, statement);

    assertThat(done(signatures.keyId(jws))).isEqualTo(key.kid());
    assertThat(done(signatures.verify(jws + "\n", key))).isEqualTo(statement);
  }

  @Test
  void sign_publicKey_isRefused() {
    assertThatThrownBy(() -> Signatures.sign(pair.toPublicJWK(), statement))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void verify_statementChanged_isRefused() {
    List<String> parts = List.of(Signatures.sign(pair, statement).split("\\.", -1));
    String changed = new Base64URL(parts.get(1)).decodeToString().replace("1.0.0", "1.0.1");

    String forged = parts.get(0) + "." + Base64URL.encode(changed) + "." + parts.get(2);

    bad(forged, "does not fit its statement");
  }

  @Test
  void verify_anotherKeysSignatureUnderThisKid_isRefused() throws JOSEException {
    bad(jws(TestRegistry.newKey(), header(), payload()), "does not fit its statement");
  }

  @Test
  void verify_byAnotherKey_isRefused() {
    bad(Signatures.sign(TestRegistry.newKey(), statement), "not by");
  }

  @Test
  void verify_revokedKey_isRefused() {
    PublisherKey revoked =
        new PublisherKey(
            key.tenant(), key.kid(), "", key.x(), key.createdAt(), Optional.of(clock.instant()));

    assertThat(
            refused(
                    signatures.verify(Signatures.sign(pair, statement), revoked),
                    ProblemCode.INVALID_SIGNATURE)
                .detail())
        .contains("was revoked");
  }

  @Test
  void verify_macWithThePublicKey_isRefused() throws JOSEException {
    JWSObject jws =
        new JWSObject(
            new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(key.kid()).build(),
            new Payload(payload()));
    jws.sign(new MACSigner(pair.getDecodedX()));

    bad(jws.serialize(), "must be EdDSA");
  }

  @Test
  void verify_unsigned_isRefused() {
    String none =
        Base64URL.encode("{\"alg\":\"none\",\"kid\":\"%s\"}".formatted(key.kid()))
            + "."
            + Base64URL.encode(payload())
            + ".";

    bad(none, "not a compact JWS");
  }

  @Test
  void verify_otherHeaderParameters_isRefused() throws JOSEException {
    bad(jws(pair, new JWSHeader(JWSAlgorithm.EdDSA), payload()), "exactly 'alg' and 'kid'");
    bad(
        jws(pair, new JWSHeader.Builder(header()).jwk(pair.toPublicJWK()).build(), payload()),
        "exactly 'alg' and 'kid'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "[]",
        "1",
        "true",
        "\"EdDSA\"",
        "{\"alg\":null,\"kid\":\"x\"}",
        "{\"alg\":\"EdDSA\",\"kid\":null}",
        "{\"alg\":\"EdDSA\",\"kid\":7}",
        "{\"alg\":[\"EdDSA\"],\"kid\":{}}",
        "{\"alg\":\"EdDSA\",\"kid\":\"x\",\"crit\":[null]}"
      })
  void verify_malformedHeader_isRefused(String header) {
    String jws =
        Base64URL.encode(header) + "." + Base64URL.encode(payload()) + "." + Base64URL.encode("s");

    refused(signatures.keyId(jws), ProblemCode.INVALID_SIGNATURE);
    bad(jws, "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "a", "a.b.c", "...", "e30.e30.e30", "é.ü.ß"})
  void verify_noJws_isRefused(String text) {
    refused(signatures.keyId(text), ProblemCode.INVALID_SIGNATURE);
    bad(text, "");
  }

  @Test
  void verify_tooLong_isRefused() {
    bad("a".repeat(Signatures.JWS_CHARS_MAX + 1), "longer than");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "name":"mask"      | "name":"Mask"              | name must be
          "name":"mask"      | "name":7                   | name must be text
          "name":"mask",     | ''                         | exactly the members
          "name":"mask"      | "name":"mask","admin":true | exactly the members
          "name":"mask"      | "name":"a","name":"mask"   | not JSON
          "version":"1.0.0"  | "version":"1 0"            | version must be
          "version":"1.0.0"  | "version":1                | version must be text
          "version":"1.0.0"  | "version":""               | version must be
          sha256:            | sha512:                    | digest must be
          "size":1           | "size":0                   | size must be
          "size":1           | "size":1.5                 | size must be
          "size":1           | "size":"1"                 | size must be
          2026-01-01T00      | 2026-13-01T00              | issuedAt must be
          2026-01-01T00      | 1970-01-01T00              | set the signer's clock
          {                  | [                          | not JSON
          """)
  void verify_badStatement_isRefused(String from, String to, String why) throws JOSEException {
    String payload = payload().replace(from, to);
    assertThat(payload).isNotEqualTo(payload());

    bad(jws(pair, header(), payload), why);
  }

  @Test
  void verify_issuedAhead_isRefusedBeyondTheSkew() {
    Statement ahead =
        new Statement("a", "1", statement.digest(), 1, clock.instant().plusSeconds(301));
    String jws = Signatures.sign(pair, ahead);

    bad(jws, "lies ahead");
    clock.advance(Duration.ofSeconds(1));
    assertThat(done(signatures.verify(jws, key))).isEqualTo(ahead);
  }

  private void bad(String jws, String why) {
    assertThat(refused(signatures.verify(jws, key), ProblemCode.INVALID_SIGNATURE).detail())
        .contains(why);
  }

  private String payload() {
    return "{\"name\":\"mask\",\"version\":\"1.0.0\",\"digest\":\"%s\",\"size\":1,\"issuedAt\":\"%s\"}"
        .formatted(statement.digest(), clock.instant());
  }

  private JWSHeader header() {
    return new JWSHeader.Builder(JWSAlgorithm.EdDSA).keyID(key.kid()).build();
  }

  private static String jws(OctetKeyPair signer, JWSHeader header, String payload)
      throws JOSEException {
    JWSObject jws = new JWSObject(header, new Payload(payload));
    jws.sign(new Ed25519Signer(signer));
    return jws.serialize();
  }

  private PublisherKey publisherKey(OctetKeyPair of) {
    try {
      return new PublisherKey(
          new TenantId("acme"),
          of.computeThumbprint().toString(),
          "",
          of.getX().toString(),
          clock.instant(),
          Optional.empty());
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }
}
