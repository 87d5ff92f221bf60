package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.jwk.OctetKeyPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyCommandsIT {
  private final RecordingServer server = new RecordingServer();
  @TempDir Path directory;
  private Cli cli;
  private Path file;

  @BeforeEach
  void logIn() {
    cli = new Cli(directory).loggedIn(server.uri(), "acme");
    file = directory.resolve("acme.jwk");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void generate_writesAPrivateKeyNamedByItsThumbprint() throws Exception {
    Cli.Result result = cli.run("key", "generate", "--out", file);

    assertThat(result.exitCode()).as(result.err()).isZero();
    OctetKeyPair key = OctetKeyPair.parse(Files.readString(file));
    assertThat(key.getCurve().getName()).isEqualTo("Ed25519");
    assertThat(key.isPrivate()).isTrue();
    assertThat(key.getKeyID()).isEqualTo(key.computeThumbprint().toString());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(result.out()).contains(key.getKeyID()).doesNotContain(key.getD().toString());
  }

  @Test
  void generate_overAFile_needsForce() throws Exception {
    cli.run("key", "generate", "--out", file);
    String first = Files.readString(file);

    Cli.Result refused = cli.run("key", "generate", "--out", file);
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("exists already").contains("--force").hasLineCount(1);
    assertThat(file).hasContent(first);

    assertThat(cli.run("key", "generate", "--out", file, "--force").exitCode()).isZero();
    assertThat(Files.readString(file)).isNotEqualTo(first);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void generate_withoutAFile_writesTheProfilesKey() {
    assertThat(cli.run("key", "generate").exitCode()).isZero();
    assertThat(cli.home().resolve("keys/default.jwk")).exists();
    assertThat(cli.run("key", "register").exitCode()).isZero();
  }

  @Test
  void register_andSign_withoutAKey_sayHowToMakeOne() throws Exception {
    Path module =
        Files.write(directory.resolve("a.wasm"), new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
    String message =
        "There is no key file '"
            + cli.home()
            + "/keys/default.jwk'. Make the profile's key: leat key";

    assertThat(cli.run("key", "register").err()).startsWith(message).hasLineCount(1);
    assertThat(cli.run("sign", module, "--name", "a", "--version", "1").err())
        .startsWith(message)
        .hasLineCount(1);
  }

  @Test
  void register_sendsThePublicPartOnly() throws Exception {
    cli.run("key", "generate", "--out", file);
    OctetKeyPair key = OctetKeyPair.parse(Files.readString(file));

    Cli.Result result = cli.run("key", "register", file, "--name", "laptop");

    assertThat(result.exitCode()).as(result.err()).isZero();
    RecordingServer.Request request = server.only("registerKey");
    JsonNode sent = request.json();
    assertThat(request.line()).isEqualTo("POST /v1/tenants/acme/keys");
    assertThat(sent.path("x").asText()).isEqualTo(key.getX().toString());
    assertThat(sent.path("kid").asText()).isEqualTo(key.getKeyID());
    assertThat(sent.path("name").asText()).isEqualTo("laptop");
    assertThat(request.text()).doesNotContain(key.getD().toString());
  }

  @Test
  void register_ofAFileWithoutAKey_isRefusedWithoutShowingIt() throws Exception {
    Files.writeString(file, "{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}");

    Cli.Result result = cli.run("key", "register", file);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("holds no Ed25519 key").doesNotContain("c2VjcmV0");
    assertThat(server.requests()).isEmpty();
  }
}
