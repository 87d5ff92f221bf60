package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.util.Base64URL;
import dev.leat.contract.ModuleDigest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignedModuleTest {
  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

  private final PublisherKey key = PublisherKey.generate();
  private final byte[] content = {0, 'a', 's', 'm', 1, 0, 0, 0};
  private final SignedModule signed = SignedModule.sign(content, "mask", "1.0.0", key, NOW);

  @Test
  void verify_whatWasSigned_givesTheStatement() {
    assertThat(signed.verify(key))
        .isEqualTo(new Statement("mask", "1.0.0", ModuleDigest.of(content), 8, NOW));
    assertThat(signed.keyId()).isEqualTo(key.id());
    assertThat(signed.verify(PublisherKey.ofPublic(key.id(), key.jwk().getX().toString())))
        .isNotNull();
  }

  @Test
  void sign_makesACompactJwsOverTheStatement() throws Exception {
    JWSObject jws = JWSObject.parse(signed.signature());

    assertThat(jws.getHeader().getAlgorithm()).isEqualTo(JWSAlgorithm.EdDSA);
    assertThat(jws.getHeader().getKeyID()).isEqualTo(key.id());
    assertThat(jws.getPayload().toString())
        .isEqualTo(
            "{\"name\":\"mask\",\"version\":\"1.0.0\",\"digest\":\"%s\",\"size\":8,\"issuedAt\":\"2026-01-31T12:00:00Z\"}"
                .formatted(ModuleDigest.of(content)));
  }

  @Test
  void verify_anotherModule_isRefused() {
    byte[] tampered = content.clone();
    tampered[7] ^= 1;

    assertThatThrownBy(() -> new SignedModule(tampered, signed.signature()).verify(key))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("not the one that was signed")
        .hasMessageContaining(ModuleDigest.of(tampered).toString())
        .hasMessageContaining(ModuleDigest.of(content).toString());
  }

  @Test
  void verify_anotherStatement_isRefused() {
    String[] parts = signed.signature().split("\\.", -1);
    String statement = new Base64URL(parts[1]).decodeToString().replace("\"1.0.0\"", "\"9.9.9\"");
    String tampered = parts[0] + "." + Base64URL.encode(statement) + "." + parts[2];

    assertRefused(new SignedModule(content, tampered), key);
  }

  @Test
  void verify_withAnotherKey_isRefused() {
    PublisherKey other = PublisherKey.generate();
    PublisherKey sameName = PublisherKey.ofPublic(key.id(), other.jwk().getX().toString());

    assertRefused(signed, other);
    assertRefused(signed, sameName);
  }

  @Test
  void verify_anotherAlgorithm_isRefused() throws Exception {
    JWSObject jws =
        new JWSObject(
            new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(key.id()).build(),
            JWSObject.parse(signed.signature()).getPayload());
    jws.sign(new MACSigner(key.jwk().getDecodedX()));

    assertRefused(new SignedModule(content, jws.serialize()), key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a.b",
        "...",
        "a.b.c",
        "e30.e30.e30",
        "eyJhbGciOiJub25lIn0.e30.",
        "not a jws at all"
      })
  void verify_noJws_isRefused(String signature) {
    assertThatThrownBy(() -> new SignedModule(content, signature).verify(key))
        .isInstanceOf(Failure.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text",
        "[]",
        "{}",
        "{\"name\":\"a\",\"version\":\"1\",\"digest\":\"md5:00\",\"size\":8,\"issuedAt\":\"2026-01-31T12:00:00Z\"}",
        "{\"name\":\"a\",\"version\":\"1\",\"digest\":\"sha256:00\",\"size\":8,\"issuedAt\":\"yesterday\"}"
      })
  void verify_aSignatureOverNoStatement_isRefused(String payload) throws Exception {
    JWSObject jws =
        new JWSObject(
            new JWSHeader.Builder(JWSAlgorithm.EdDSA).keyID(key.id()).build(),
            new Payload(payload));
    jws.sign(new Ed25519Signer(key.jwk()));

    assertThatThrownBy(() -> new SignedModule(content, jws.serialize()).verify(key))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("no statement");
  }

  @Test
  void sign_withAPublicKey_saysWhatIsMissing() {
    PublisherKey half = new PublisherKey(key.jwk().toPublicJWK());

    assertThatThrownBy(() -> SignedModule.sign(content, "mask", "1.0.0", half, NOW))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("no private part");
  }

  @Test
  void commands_signAndVerify(@TempDir Path directory) throws Exception {
    Cli cli = new Cli(directory);
    Path module = Files.write(directory.resolve("mask.wasm"), content);
    Path jwk = directory.resolve("acme.jwk");
    cli.run("key", "generate", "--out", jwk);

    Cli.Result sign = cli.run("sign", module, "--key", jwk, "--name", "mask", "--version", "1.0.0");
    Cli.Result verify = cli.run("verify", module, "--publisher", jwk);

    assertThat(sign.exitCode()).as(sign.err()).isZero();
    assertThat(directory.resolve("mask.wasm.jws")).exists();
    assertThat(verify.exitCode()).as(verify.err()).isZero();
    assertThat(verify.out()).endsWith(ModuleDigest.of(content) + "\n");

    Files.write(module, "changed".getBytes(StandardCharsets.UTF_8));
    Cli.Result changed = cli.run("verify", module, "--publisher", jwk, "-o", "json");
    assertThat(changed.exitCode()).isEqualTo(1);
    assertThat(changed.out()).isEmpty();
    assertThat(changed.err()).contains("not the one that was signed").hasLineCount(1);
  }

  private static void assertRefused(SignedModule module, PublisherKey key) {
    assertThatThrownBy(() -> module.verify(key))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("The signature is not of key");
  }
}
