package dev.leat.cli;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class LeatTest {
  private static final Path GOLDEN = Path.of("src/test/resources/dev/leat/cli/help.txt");

  @TempDir Path directory;
  private Cli cli;

  @BeforeEach
  void makeCli() {
    cli = new Cli(directory);
  }

  @Test
  void help_ofEveryCommand_isAsReviewed() throws IOException {
    String help =
        commands()
            .map(each -> each.getUsageMessage(CommandLine.Help.Ansi.OFF))
            .collect(joining("\n"));

    if ("1".equals(System.getenv("UPDATE_GOLDEN"))) {
      Files.writeString(GOLDEN, help);
    }

    assertThat(help).as("UPDATE_GOLDEN=1 rewrites the file").isEqualTo(Files.readString(GOLDEN));
  }

  @Test
  void help_ofCommands_saysInOneSentenceWhatEachIsFor() {
    commands()
        .forEach(each ->
            assertThat(each.getCommandSpec().usageMessage().description()[0])
                .as(each.getCommandName())
                .endsWith("."));
  }

  private static Stream<CommandLine> commands() {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    Terminal terminal = new Terminal(InputStream.nullInputStream(), nowhere, nowhere, false);
    return withSubcommands(Leat.commandLine(new Environment(Map.of()), terminal));
  }

  private static Stream<CommandLine> withSubcommands(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        command.getSubcommands().values().stream().distinct().flatMap(LeatTest::withSubcommands));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h", "tenant --help", "quota set -h", "--version"})
  void help_isNoError(String line) {
    Cli.Result result = cli.run((Object[]) line.split(" ", -1));

    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).isNotBlank();
    assertThat(result.err()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"\"                               | Missing required subcommand. The commands are up, node, cluster,",
        "tenant                           | The commands are create, delete, list, powers, resume, show, suspend. See: leat tenant --help",
        "tokn                             | There is no command 'leat tokn'. Did you mean token? See",
        "foo                              | There is no command 'leat foo'. The commands are up, node, cluster,",
        "tenant foo                       | no command 'leat tenant foo'. The commands are create, delete,",
        "tenant create                    | Missing required parameter: 'TENANT'",
        "tenant create a b                | Unmatched argument at index 3: 'b'",
        "tenant show --nonsense a         | Unknown option: '--nonsense'. See",
        "tenant show --tennant a          | Unknown option: '--tennant'. Did you mean --tenant? See",
        "quota set acme                   | Missing NAME=NUMBER, such as requests-per-second=1000",
        "quota set acme burst             | NAME=NUMBER is expected, such as burst=10; was 'burst'",
        "quota set acme burst=many        | it must be a whole number or 'none', was 'many'",
        "invocations --outcome foo        | --outcome must be one of responded, failed, trapped,",
        "invocations --since 1w           | '1w' is no time such as 2026-11-30T12:00:00Z, nor how long ago, such as 30m, 24h or 7d",
        "audit list --until Today         | 'Today' is no time such as",
        "traffic mask v1                  | VERSION=PERCENT is expected, such as v2=10; was 'v1'",
        "traffic mask v1=ten              | such as v2=10; was 'v1=ten'",
        "traffic mask =10                 | was '=10'",
        "traffic mask v1=50 v1=100        | once for a version, such as v2=10; was 'v1=100'",
        "token create                     | Missing required option: '--role=ROLE'",
        "token create --role a --ttl 5    | '5' is no duration",
        "token create --role a --ttl 1w   | '1w' is no duration",
        "version -o xml                   | it must be table, json, yaml or csv, was 'xml'",
        "module show sha256:00            | 64 lower-case hexadecimal digits",
        "sign f.wasm --name a             | Missing required option: '--version=VERSION'",
        "deploy                           | Missing required option: '--file=FILE'",
        "--profile ../a list              | A profile's name must be",
        "node --bootstrap --cluster-port 1 | Missing required option: '--name=NAME'",
        "node --name a --bootstrap        | Missing required option: '--cluster-port=PORT'",
        "node --name a --cluster-port 1   | (specify one of these): (--bootstrap | --join=HOST:PORT[,HOST:PORT])",
        "node --name a --cluster-port 1 --bootstrap --join h:1 | mutually exclusive (specify only one)",
        "node --name A --cluster-port 1 --bootstrap | --name must be 1-63 of a-z, 0-9 and '-', begin with a letter and not end with '-'; was 'A'",
        "node --name a- --cluster-port 1 --bootstrap | was 'a-'",
        "node --name a --cluster-port 70000 --bootstrap | --cluster-port must be 0-65535, was 70000",
        "node --name a --cluster-port 1 --port -1 --bootstrap | --port must be 0-65535, was -1",
        "node --name a --cluster-port 1 --bootstrap --host 0.0.0.0 | --cluster-host must be an address at which other nodes reach this one; was '0.0.0.0'",
        "node --name a --cluster-port 1 --join h | it must be a host and a port of 1-65535, such as 10.0.0.7:7000, was 'h'",
        "node --name a --cluster-port 1 --join h:0 | was 'h:0'",
        "node --name a --cluster-port 1 --join h:1,,h:2 | was ''",
        "node --name a --cluster-port 1 --join ::1:7 | was '::1:7'",
        "node --name a --cluster-port 1 --bootstrap --roles gatway | there is no role 'gatway'. Did you mean gateway? The roles are gateway, scheduler, worker.",
        "node --name a --cluster-port 1 --bootstrap --roles worker, | there is no role ''",
        "login ftp://h --token-file f     | must be http:// or https://",
        "login http://h/v1 --token-file f | must be http:// or https://",
        "login http://u:p@h --token-file f | must be http:// or https://",
      })
  void wrongUse_saysHowInOneLineAndExits2(String line, String message) {
    Cli.Result result = cli.run((Object[]) (line.isEmpty() ? new String[0] : line.split(" ", -1)));

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains(message).hasLineCount(1);
  }

  @Test
  void logLevel_thatThereIsNone_isWrongUse() {
    Cli.Result result = cli.with("LEAT_LOG_LEVEL", "banana").run("up", "--data", directory);

    assertThat(result)
        .isEqualTo(
            new Cli.Result(
                2,
                "",
                "LEAT_LOG_LEVEL must be one of TRACE, DEBUG, INFO, WARN, ERROR, OFF; was 'banana'\n"));
  }

  @Test
  void home_isLeatHome_elseBelowHome() {
    assertThat(new Environment(Map.of("LEAT_HOME", "/l", "HOME", "/h")).home()).hasToString("/l");
    assertThat(new Environment(Map.of("HOME", "/h")).home()).hasToString("/h/.leat");
    assertThat(new Environment(Map.of("HOME", "")).home())
        .isEqualTo(Path.of(System.getProperty("user.home"), ".leat"));
  }

  @Test
  void globalOptions_beforeAndAfterTheCommand_meanTheSame() {
    assertThat(cli.run("-o", "json", "version")).isEqualTo(cli.run("version", "-o", "json"));
    assertThat(cli.run("--profile", "p", "list").err())
        .isEqualTo(cli.run("list", "--profile", "p").err())
        .contains("no profile 'p'");
  }

  @Test
  void profile_ofTheEnvironment_isUsedUnlessNamed() {
    cli.with("LEAT_PROFILE", "e");

    assertThat(cli.run("list").err()).contains("no profile 'e'");
    assertThat(cli.run("list", "--profile", "p").err()).contains("no profile 'p'");
  }

  @Test
  void unexpectedFailure_showsNoStackTraceUnlessAsked() throws IOException {
    Files.createDirectories(cli.home());
    Files.writeString(
        cli.home().resolve("profiles.json"), "{\"default\":{\"server\":\"::\",\"token\":\"t\"}}");

    Cli.Result result = cli.run("list");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("LEAT_DEBUG=1").hasLineCount(1);
    assertThat(cli.with("LEAT_DEBUG", "1").run("list").err()).contains("at dev.leat.cli.");
  }

  @Test
  void version_isThatOfTheBuild() {
    assertThat(cli.run("version").out()).matches("leat \\d+\\.\\d+\\.\\d+.*\n");
    assertThat(cli.run("version", "-o", "json").json().path("version").asText())
        .matches("\\d+\\.\\d+\\.\\d+.*");
    assertThat(cli.run("version", "-o", "yaml").out()).startsWith("version: ");
  }
}
