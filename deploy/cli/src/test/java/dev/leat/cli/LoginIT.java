package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginIT {
  private final RecordingServer server = new RecordingServer();
  @TempDir Path directory;
  private Path tokenFile;
  private Cli cli;

  @BeforeEach
  void writeToken() throws IOException {
    cli = new Cli(directory);
    tokenFile = Files.writeString(directory.resolve("dev.token"), RecordingServer.TOKEN + "\n");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void login_keepsTheTokenWhereOnlyItsOwnerReads() throws IOException {
    Cli.Result result = cli.run("login", server.uri(), "--token-file", tokenFile);

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("developer of tenant acme");
    assertThat(permissions(cli.home())).isEqualTo("rwx------");
    assertThat(permissions(cli.home().resolve("profiles.json"))).isEqualTo("rw-------");
    assertThat(cli.home()).isDirectoryNotContaining("glob:**.tmp");
    assertThat(cli.run("whoami").exitCode()).isZero();
  }

  @Test
  void login_neverPrintsTheToken() {
    for (String format : new String[] {"table", "json", "yaml"}) {
      Cli.Result result =
          cli.with("LEAT_DEBUG", "1")
              .run("login", server.uri(), "--token-file", tokenFile, "-o", format);

      assertThat(result.out() + result.err()).doesNotContain(RecordingServer.TOKEN);
    }
  }

  @Test
  void login_ofASecondProfile_leavesTheFirst() {
    server.answer(
        "whoAmI", 200, "{\"subject\":\"o\",\"roles\":[\"operator\"],\"expiresAt\":\"t\"}");
    cli.run("login", server.uri(), "--token-file", tokenFile);
    cli.run("login", server.uri(), "--token-file", tokenFile, "--profile", "p", "--tenant", "b");

    assertThat(cli.run("list").err()).contains("No tenant is given and profile 'default' has none");
    assertThat(cli.run("list").exitCode()).isEqualTo(2);
    assertThat(cli.run("list", "--profile", "p").exitCode()).isZero();
    assertThat(server.only("listFunctions").line()).isEqualTo("GET /v1/tenants/b/functions");
  }

  @Test
  void login_withATokenOfAnotherTenant_isRefused() {
    Cli.Result result =
        cli.run("login", server.uri(), "--token-file", tokenFile, "--tenant", "other");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("speaks for tenant 'acme', not for 'other'");
    assertThat(cli.home().resolve("profiles.json")).doesNotExist();
  }

  @Test
  void login_withATokenThatIsRefused_keepsNothing() {
    server.refuse("whoAmI", 401, "token-expired", "The token expired at noon.");

    Cli.Result result = cli.run("login", server.uri(), "--token-file", tokenFile);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo("The token expired at noon. Log in again: leat login URL --token-file FILE\n");
    assertThat(cli.home().resolve("profiles.json")).doesNotExist();
  }

  @Test
  void login_withAFileThatHoldsNoToken_isRefusedWithoutShowingIt() throws IOException {
    Files.writeString(tokenFile, "secret words\r\nX-Injected: 1");

    Cli.Result result = cli.run("login", server.uri(), "--token-file", tokenFile);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("holds no token").doesNotContain("secret");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void profiles_thatAreBroken_areNotOverwritten() throws IOException {
    Files.createDirectories(cli.home());
    Path profiles = Files.writeString(cli.home().resolve("profiles.json"), "{broken");

    Cli.Result result = cli.run("login", server.uri(), "--token-file", tokenFile);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("holds no profiles");
    assertThat(profiles).hasContent("{broken");
  }

  @Test
  void login_whereNothingListens_saysSo() {
    server.close();

    Cli.Result result = cli.run("login", server.uri(), "--token-file", tokenFile);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("Cannot reach '" + server.uri() + "'").hasLineCount(1);
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
