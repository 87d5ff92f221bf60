package dev.leat.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InvokeIT {
  private final RecordingServer server = new RecordingServer();
  @TempDir Path directory;
  private Cli cli;

  @BeforeEach
  void logIn() {
    cli = new Cli(directory).loggedIn(server.uri(), "acme");
    server.answer(RecordingServer.INVOKE, 200, Map.of("Content-Type", "text/plain"), "héllo");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void invoke_printsTheBodyAsItIs() throws IOException {
    Path file = Files.writeString(directory.resolve("in.json"), "{\"a\": 1}");

    Cli.Result result = cli.run("invoke", "mask", "--data", "@" + file);

    assertThat(result).isEqualTo(new Cli.Result(0, "héllo", ""));
    RecordingServer.Request request = server.only(RecordingServer.INVOKE);
    assertThat(request.line()).isEqualTo("POST /f/acme/mask");
    assertThat(request.text()).isEqualTo("{\"a\": 1}");
    assertThat(request.header("Content-Type")).isEqualTo("application/json");
  }

  @Test
  void invoke_withEverything() {
    cli.withInput("raw")
        .run(
            "invoke",
            "mask:v2",
            "--data",
            "@-",
            "--method",
            "PUT",
            "--path",
            "/a%20b?c=d",
            "--header",
            "X-One: 1:2",
            "--header",
            "Content-Type: text/csv");

    RecordingServer.Request request = server.only(RecordingServer.INVOKE);
    assertThat(request.line()).isEqualTo("PUT /f/acme/mask:v2/a%20b?c=d");
    assertThat(request.text()).isEqualTo("raw");
    assertThat(request.header("X-One")).isEqualTo("1:2");
    assertThat(request.header("Content-Type")).isEqualTo("text/csv");
  }

  @Test
  void show_ofACallWithACallback_saysWhereThatIs() {
    String invocation =
        """
        {"id":"0198","function":"mask","version":1,"module":"sha256:9f","state":"done","attempts":1,
         "acceptedAt":"2026-01-31T12:00:00Z","cancelling":false,
         "callback":{"url":"https://hooks.example.org/a","state":"waiting","attempts":2,
           "nextAttemptAt":"2026-01-31T12:00:02Z","why":"no-key"}}\
        """;
    server.answer("getInvocation", 200, invocation);

    assertThat(cli.run("invocations", "show", "0198").out())
        .containsPattern("(?m)^state +done$")
        .contains(
            """
            callback:
              url: https://hooks.example.org/a
              state: waiting
              attempts: 2
            """)
        .contains("  why: no-key\n");
    assertThat(cli.run("invocations", "show", "0198", "-o", "json").json())
        .isEqualTo(Json.parse(invocation.getBytes(UTF_8)).orElseThrow());
  }

  @Test
  void invoke_asJson_printsOneDocument() {
    assertThat(cli.run("invoke", "mask", "-o", "json").json().asText()).isEqualTo("héllo");

    server.answer(RecordingServer.INVOKE, 200, "{\"amount\":1.10}");
    assertThat(cli.run("invoke", "mask", "-o", "json").out()).isEqualTo("{\"amount\":1.10}");
  }

  @Test
  void invoke_included_showsStatusFieldsAndFuel() {
    server.answer(
        RecordingServer.INVOKE, 201, Map.of("Leat-Fuel", "8486", "X-A", "b"), "{\"a\":1}");

    assertThat(cli.run("invoke", "mask", "-i").out())
        .startsWith("HTTP/1.1 201\n")
        .contains("\nleat-fuel: 8486\n", "\nx-a: b\n")
        .endsWith("\n\n{\"a\":1}");
    JsonNode document = cli.run("invoke", "mask", "-i", "-o", "json").json();
    assertThat(document.path("status").asInt()).isEqualTo(201);
    assertThat(document.at("/headers/leat-fuel").asText()).isEqualTo("8486");
    assertThat(document.at("/body/a").asInt()).isEqualTo(1);
  }

  @Test
  void invoke_includedAndRefused_showsTheHeadToo() {
    server.refuse(RecordingServer.INVOKE, 429, "quota-exceeded", "10 requests/s are used up.");

    Cli.Result result = cli.run("invoke", "mask", "--include");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).startsWith("HTTP/1.1 429\n").contains("\"quota-exceeded\"");
    assertThat(result.err()).isEqualTo("10 requests/s are used up.\n");
  }

  @Test
  void invoke_thatThePlatformRefuses_printsNoBody() {
    server.refuse(RecordingServer.INVOKE, 429, "quota-exceeded", "10 requests/s are used up.");

    Cli.Result result = cli.run("invoke", "mask");

    assertThat(result).isEqualTo(new Cli.Result(1, "", "10 requests/s are used up.\n"));
  }

  @Test
  void invoke_thatTheFunctionRefuses_printsItsBody() {
    server.answer(
        RecordingServer.INVOKE, 422, Map.of("Leat-Error-Source", "function"), "no such colour");

    Cli.Result result = cli.run("invoke", "mask");

    assertThat(result)
        .isEqualTo(
            new Cli.Result(1, "no such colour", "Function 'mask' answered with status 422\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "--path,a/b,--path must start with '/'",
    "--path,/a b,This cannot be sent",
    "--method,A B,This cannot be sent",
    "--header,none,--header must be NAME:VALUE",
    "--header,:none,--header must be NAME:VALUE",
    "--header,Content-Length: 5,This cannot be sent",
  })
  void invoke_thatCannotBeSent_isWrongUse(String option, String value, String message) {
    Cli.Result result = cli.run("invoke", "mask", option, value);

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains(message).hasLineCount(1);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void invoke_withAFileThatIsNotThere_isRefused() {
    Cli.Result result = cli.run("invoke", "mask", "--data", "@none.json");

    assertThat(result)
        .isEqualTo(new Cli.Result(1, "", "Cannot read file 'none.json': it does not exist\n"));
  }
}
