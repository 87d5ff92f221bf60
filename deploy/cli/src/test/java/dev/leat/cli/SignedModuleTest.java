package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.util.Base64URL;
import dev.leat.contract.ModuleDigest;
import dev.leat.registry.key.Statement;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignedModuleTest {
  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

  private final PublisherJwk key = PublisherJwk.generate();
  private final byte[] content = {0, 'a', 's', 'm', 1, 0, 0, 0};
  private final SignedModule signed = SignedModule.sign(content, "mask", "1.0.0", key, NOW);

  @Test
  void verify_whatWasSigned_givesTheStatement() {
    assertThat(verify(signed, key))
        .isEqualTo(new Statement("mask", "1.0.0", ModuleDigest.of(content), 8, NOW));
    assertThat(signed.keyId()).isEqualTo(key.id());
  }

  @Test
  void verify_anotherModule_isRefused() {
    byte[] tampered = content.clone();
    tampered[7] ^= 1;

    assertThatThrownBy(() -> verify(new SignedModule(tampered, signed.signature()), key))
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

    assertThatThrownBy(() -> verify(new SignedModule(content, tampered), key))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("does not fit its statement");
  }

  @Test
  void verify_withAnotherKey_isRefused() {
    PublisherJwk other = PublisherJwk.generate();

    assertThatThrownBy(() -> verify(signed, other))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("The signature is by the key " + key.id());
    assertThatThrownBy(() -> signed.verify(key.id(), other.x()))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("does not fit its statement");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a.b", "...", "a.b.c", "e30.e30.e30", "eyJhbGciOiJub25lIn0.e30."})
  void verify_noJws_isRefused(String signature) {
    assertThatThrownBy(() -> verify(new SignedModule(content, signature), key))
        .isInstanceOf(Failure.class);
  }

  @Test
  void sign_withAPublicKey_saysWhatIsMissing() {
    PublisherJwk half = new PublisherJwk(key.jwk().toPublicJWK(), key.id());

    assertThatThrownBy(() -> SignedModule.sign(content, "mask", "1.0.0", half, NOW))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("no private part");
  }

  @Test
  void commands_signWhatCannotBePublished_isWrongUse(@TempDir Path directory) throws Exception {
    Cli cli = new Cli(directory);
    Path module = Files.write(directory.resolve("mask.wasm"), content);
    cli.run("key", "generate");

    Cli.Result name = cli.run("sign", module, "--name", "Mask", "--version", "1.0.0");
    Cli.Result version = cli.run("sign", module, "--name", "mask", "--version", "one two");

    assertThat(name.exitCode()).isEqualTo(2);
    assertThat(name.err()).contains("A module's name must be").hasLineCount(1);
    assertThat(version.exitCode()).isEqualTo(2);
    assertThat(version.err()).contains("A module's version must be").hasLineCount(1);
    assertThat(directory.resolve("mask.wasm.jws")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "68656c6c6f,                       it does not begin with the bytes 00 61 73 6d 01 00 00 00",
    "'',                               it does not begin with the bytes",
    "0061736d,                         it does not begin with the bytes",
    "0061736d02000000,                 it does not begin with the bytes",
    "0a286d6f64756c6520286d656d6f7279, it is the text format",
    "0061736d0d000100,                 it is a component",
  })
  void commands_signWhatIsNoModule_isRefused(String hex, String why, @TempDir Path directory)
      throws Exception {
    Cli cli = new Cli(directory);
    Path file = Files.write(directory.resolve("a.wasm"), HexFormat.of().parseHex(hex));
    cli.run("key", "generate");

    Cli.Result result = cli.run("sign", file, "--name", "mask", "--version", "1.0.0");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .startsWith("File '" + file + "' is no WebAssembly module: " + why)
        .hasLineCount(1);
    assertThat(directory.resolve("a.wasm.jws")).doesNotExist();
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

  private static Statement verify(SignedModule module, PublisherJwk key) {
    return module.verify(key.id(), key.x());
  }
}
