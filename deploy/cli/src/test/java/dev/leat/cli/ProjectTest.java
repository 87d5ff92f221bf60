package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.leat.contract.GuestContract;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code leat new}, {@code build} and {@code test}, with the compilers that this machine has. Those
 * that need one that it has not are skipped, and say which.
 */
final class ProjectTest {
  private static final Path SDK = Path.of("../../sdk");

  /** Where {@code npm install} in sdk/assemblyscript puts the compiler, then what is installed. */
  private static final String PATH =
      SDK.resolve("assemblyscript/node_modules/.bin").toAbsolutePath().normalize()
          + ":"
          + System.getenv("PATH");

  @TempDir Path directory;
  private Cli cli;
  private Path project;

  @BeforeEach
  void begin() {
    cli = new Cli(directory).with("PATH", PATH);
    project = directory.resolve("greet-all");
  }

  @ParameterizedTest
  @CsvSource({
    "c, handler",
    "c, processor",
    "c, step",
    "c, wasi",
    "rust, handler",
    "rust, processor",
    "rust, step",
    "rust, wasi",
    "assemblyscript, handler",
    "assemblyscript, processor",
    "assemblyscript, step"
  })
  void newProject_builds_andPassesItsTests(String language, String contract) {
    assumeToolchain(Language.parse(language), GuestContract.ofWord(contract).orElseThrow());
    done("new", project, "--lang", language, "--contract", contract);

    JsonNode built = done("build", project, "-o", "json").json();
    JsonNode tested = done("test", project, "-o", "json").json();

    assertThat(built.path("contract").asText()).isEqualTo(contract);
    assertThat(project.resolve("greet_all.wasm")).hasSize(built.path("bytes").asLong());
    assertThat(tested).isNotEmpty();
    for (JsonNode run : tested) {
      assertThat(run.path("passed").asBoolean()).as(run.toPrettyString()).isTrue();
      assertThat(run.path("fuel").asLong()).isPositive();
    }
    if (hasUnitTests(language, contract)) {
      done("test", project, "--unit");
    }
  }

  private boolean hasUnitTests(String language, String contract) {
    return switch (Language.parse(language)) {
      case C -> !contract.equals("wasi") && tools().find("cc").isPresent();
      case RUST -> contract.equals("handler"); // others are of the same kind, and take a second
      case ASSEMBLYSCRIPT -> tools().find("node").isPresent();
    };
  }

  @Test
  void newProject_isAsReviewed() throws IOException {
    done("new", project, "--lang", "c");

    try (Stream<Path> files = Files.walk(project)) {
      assertThat(
              files
                  .filter(Files::isRegularFile)
                  .map(file -> project.relativize(file).toString())
                  .sorted())
          .containsExactly(
              ".gitignore",
              "README.md",
              "function.c",
              "function_test.c",
              "leat.yaml",
              "leat/json.h",
              "leat/leat.h",
              "leat/leat_fake.c",
              "leat/leat_fake.h",
              "testdata/ada.expected.txt",
              "testdata/ada.in.txt",
              "testdata/nobody.expected.failure.txt",
              "testdata/nobody.in.txt");
    }
    assertThat(project.resolve("leat.yaml"))
        .content()
        .contains("metadata: {name: greet-all}", "module: ./greet_all.wasm", "contract: handler");
    assertThat(ManifestFile.parse("it", Files.readString(project.resolve("leat.yaml"))).findings())
        .isEmpty();
    assertThat(project.resolve("leat/leat.h")).hasSameTextualContentAs(SDK.resolve("c/leat.h"));
    try (Stream<Path> files = Files.walk(project)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(file).content().doesNotContain("{{");
      }
    }
  }

  @Test
  void new_ofADirectoryThatExists_orABadName_orAnUnknownLanguage_isRefused() throws IOException {
    Files.createDirectory(project);
    Files.writeString(project.resolve("mine"), "kept");

    Cli.Result again = cli.run("new", project, "--lang", "c");

    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.err()).contains("exists already. Choose another name");
    assertThat(project).isDirectoryContaining("glob:**/mine");
    assertThat(cli.run("new", directory.resolve("Greet"), "--lang", "c").exitCode()).isEqualTo(2);
    for (Map.Entry<String, String> language :
        Map.of("go", "GOOS=wasip1", "js", "AssemblyScript is nearest", "perl", "c, rust")
            .entrySet()) {
      Cli.Result result = cli.run("new", directory.resolve("a"), "--lang", language.getKey());
      assertThat(result.exitCode()).isEqualTo(2);
      assertThat(result.err()).contains(language.getValue());
    }
    Cli.Result none =
        cli.run("new", directory.resolve("a"), "--lang", "assemblyscript", "--contract", "wasi");
    assertThat(none.err()).contains("Choose handler, processor or step");
    assertThat(directory.resolve("a")).doesNotExist();
  }

  @Test
  void build_withoutACompiler_saysWhatToInstall() {
    for (Map.Entry<String, String> language :
        Map.of(
                "c",
                "apt-get install clang",
                "rust",
                "rustup target",
                "assemblyscript",
                "npm install")
            .entrySet()) {
      Path made = directory.resolve(language.getKey());
      done("new", made, "--lang", language.getKey());

      Cli.Result result = new Cli(directory).with("PATH", directory.toString()).run("build", made);

      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.err()).startsWith("There is no ").contains(language.getValue());
    }
  }

  @Test
  void build_ofSourceThatDoesNotCompile_showsWhatTheCompilerSaid() throws IOException {
    assumeToolchain(Language.C, GuestContract.HANDLER);
    done("new", project, "--lang", "c");
    Files.writeString(project.resolve("function.c"), "#include \"leat.h\"\nnonsense;\n");

    Cli.Result result = cli.run("build", project);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("function.c:2:1: ", "The build failed: clang");
    assertThat(project.resolve("greet_all.wasm")).doesNotExist();
  }

  /** The sample is built already, so this needs no compiler. */
  @Test
  void test_ofAModule_showsLogAnswerAndFuel_andWhatDiffers() throws IOException {
    sample("mask-pii");
    Path input = project.resolve("in.json");
    Files.writeString(input, "{\"name\":\"Ada\",\"email\":\"a@example.org\"}");
    Path expected = Files.writeString(project.resolve("expected"), "{\"name\":\"Ada\"}");

    Cli.Result answered = cli.run("test", project, "--input", input);
    Cli.Result differs = cli.run("test", project, "--input", input, "--expected", expected);
    Cli.Result document =
        cli.run("test", project, "--input", input, "--expected", expected, "-o", "json");

    assertThat(answered.exitCode()).isZero();
    assertThat(answered.out()).isEqualTo("{\"name\":\"Ada\",\"email\":\"***\"}");
    assertThat(answered.err()).matches("(?s).*status 200, fuel [0-9,]+\n");
    assertThat(differs.exitCode()).isEqualTo(1);
    assertThat(differs.err())
        .contains(
            "-{\"name\":\"Ada\"}  (without a line end)",
            "+{\"name\":\"Ada\",\"email\":\"***\"}  (without a line end)",
            "It answered something else than was expected");
    assertThat(document.exitCode()).isEqualTo(1);
    assertThat(document.json().path("body").path("email").asText()).isEqualTo("***");
    assertThat(document.json().path("passed").asBoolean()).isFalse();
    assertThat(document.json().path("differences")).hasSize(2);
  }

  @Test
  void test_ofKeyValues_keepsThemWithinARun_andSaysWhatWasDenied() throws IOException {
    sample("counter");
    Files.createDirectory(project.resolve("testdata"));
    Files.writeString(project.resolve("testdata/one.in.txt"), "");
    Files.writeString(project.resolve("testdata/one.expected.json"), "{\"count\":1}");
    Files.writeString(project.resolve("testdata/two.in.txt"), "");
    Files.writeString(project.resolve("testdata/two.expected.json"), "{\"count\":2}");

    Cli.Result result = cli.run("test", project);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out())
        .contains("ok     one  status 200", "FAILED two", "1 passed, 1 failed")
        .as("each begins without values")
        .contains("+{\"count\":1}");

    Path manifest = project.resolve("leat.yaml");
    Files.writeString(
        manifest,
        Files.readString(manifest).replaceFirst("(?m)^    keyValue.*$", "    logging: true"));
    Cli.Result denied = cli.run("test", project, "--input", project.resolve("testdata/one.in.txt"));
    assertThat(denied.err()).contains("denied keyvalue:write count");
  }

  @Test
  void test_withADatabase_runsItsScriptAnewForEachTest_orSaysWhyItCannot() throws IOException {
    sample("ledger");
    Files.createDirectory(project.resolve("testdata"));
    for (String name : List.of("one", "two")) {
      Files.writeString(
          project.resolve("testdata/" + name + ".in.json"),
          "{\"from\":\"ada\",\"to\":\"bob\",\"cents\":250}");
      Files.writeString(
          project.resolve("testdata/" + name + ".expected.json"), "{\"ada\":750,\"bob\":250}");
    }
    Path script = Files.writeString(directory.resolve("ledger.sql"), ledgerScript());
    Path broken = Files.writeString(directory.resolve("broken.sql"), "CREATE TABLE;");

    Cli.Result with = cli.run("test", project, "--database", script);
    Cli.Result without = cli.run("test", project);
    Cli.Result unmade = cli.run("test", project, "--database", broken);

    assertThat(with.out()).contains("2 passed, 0 failed");
    assertThat(without.exitCode()).isEqualTo(1);
    assertThat(without.err()).contains("without --database SCRIPT its connection is absent");
    assertThat(unmade.exitCode()).isEqualTo(1);
    assertThat(unmade.err()).contains("The script of the database cannot be run", "CREATE TABLE");
  }

  /** As the sample's README has it. */
  private static String ledgerScript() throws IOException {
    String readme = Files.readString(SDK.resolve("samples/ledger/README.md"));
    int begin = readme.indexOf("```sql\n") + 7;
    return readme.substring(begin, readme.indexOf("```", begin));
  }

  @Test
  void test_withSecrets_tellsThemToTheFunction_orPutsThemIntoItsRequests() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("secrets"), "# of the tests\n\nstripe-key=s3=cret\ntoken=t0ken\n");
    Files.createDirectory(project);
    Files.write(project.resolve("telling.wasm"), telling());
    Files.writeString(
        project.resolve("leat.yaml"),
        "{apiVersion: leat/v1, kind: Function, metadata: {name: telling}, spec: {module: ./telling.wasm,"
            + " contract: handler, capabilities: {secrets: [stripe-key, other]}}}");
    Path stripe = Files.writeString(directory.resolve("in"), "stripe-key");
    Path token = Files.writeString(directory.resolve("token"), "token");

    Cli.Result told = cli.run("test", project, "--secrets", file, "--input", stripe);
    Cli.Result unset = cli.run("test", project, "--input", stripe);
    Cli.Result denied = cli.run("test", project, "--secrets", file, "--input", token);
    Files.writeString(file, "half a s3cret\n");
    Cli.Result malformed = cli.run("test", project, "--secrets", file, "--input", stripe);

    assertThat(told.out()).isEqualTo("s3=cret");
    assertThat(unset.out()).isEqualTo("-1");
    assertThat(unset.err()).contains("without --secrets FILE none of its secrets is set");
    assertThat(denied.out()).isEqualTo("-2");
    assertThat(denied.err()).contains("denied secrets token");
    assertThat(malformed.err())
        .contains("Line 1 of ", "must be NAME=VALUE")
        .doesNotContain("s3cret");
  }

  @Test
  void test_withHttp_putsTheSecretsOfItsManifestIntoRequests() throws IOException {
    Map<String, String> asked = new ConcurrentHashMap<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.put("authorization", exchange.getRequestHeaders().getFirst("authorization"));
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    server.start();
    try {
      String origin = "http://127.0.0.1:" + server.getAddress().getPort();
      sample("enrich");
      Path manifest = project.resolve("leat.yaml");
      Files.writeString(
          manifest,
          Files.readString(manifest)
              .replace("https://customers.example.com", origin)
              .replace(
                  "    config: true\n",
                  "    config: true\n    secrets: [{name: token, header: Authorization, prefix: 'Bearer ', to: ['%s']}]\n"
                      .formatted(origin)));
      Path file = Files.writeString(directory.resolve("secrets"), "token=t0ken\n");
      Path order = Files.writeString(directory.resolve("in.json"), "{\"customer\":1}");

      Cli.Result offline = cli.run("test", project, "--secrets", file, "--input", order);
      Cli.Result online = cli.run("test", project, "--http", "--secrets", file, "--input", order);

      assertThat(offline.err()).contains("without --http all its requests are denied");
      assertThat(online.out()).contains("There is no such customer.").doesNotContain("t0ken");
      assertThat(online.err()).doesNotContain("t0ken", "Note:");
      assertThat(asked).containsEntry("authorization", "Bearer t0ken");
    } finally {
      server.stop(0);
    }
  }

  /** Answers with the secret that the body names, or with a minus and the digit of the code. */
  private static byte[] telling() {
    int output = 4_096;
    WasmCode code = new WasmCode().locals(1, "i32");
    code.localGet(0).localGet(1).i32Const(output).i32Const(1_024).call(0).localTee(2);
    code.i32Const(0).op(0x48).ifTrue();
    code.i32Const(output).i32Const('-').i32Store8(0);
    code.i32Const(output).i32Const('0').localGet(2).i32Sub().i32Store8(1);
    code.i32Const(2).localSet(2).end();
    code.i64Const(output).i64Const(32).i64Shl().localGet(2).i64ExtendUnsigned().i64Or();
    return new WasmBuilder()
        .importFunction("leat", "secret_get", "(i32,i32,i32,i32)->i32")
        .memory(1)
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(1_024))
        .export("handle", "(i32,i32)->i64", code)
        .build();
  }

  @Test
  void test_ofWhatIsNoProject_orHasNoModule_saysWhatToDo() {
    Cli.Result none = cli.run("test", directory);
    done("new", project, "--lang", "rust");
    Cli.Result unbuilt = cli.run("test", project);

    assertThat(none.err()).contains("'leat new' makes one");
    assertThat(unbuilt.err()).contains("Run 'leat build' first");
  }

  /** The manifest and the module of a sample, as a project. */
  private void sample(String name) throws IOException {
    Files.createDirectory(project);
    for (String file : List.of("leat.yaml", name.replace('-', '_') + ".wasm")) {
      Files.copy(SDK.resolve("samples").resolve(name).resolve(file), project.resolve(file));
    }
  }

  private Cli.Result done(Object... words) {
    Cli.Result result = cli.run(words);
    assertThat(result.exitCode()).as("%s: %s", List.of(words), result).isZero();
    return result;
  }

  private static Toolchain tools() {
    return new Toolchain(new Environment(Map.of("PATH", PATH)));
  }

  private static void assumeToolchain(Language language, GuestContract contract) {
    boolean isThere =
        switch (language) {
          case C -> hasClang(contract);
          case RUST -> tools().rustc(contract).isPresent();
          case ASSEMBLYSCRIPT ->
              tools().find("asc").isPresent() && tools().find("node").isPresent();
        };
    assumeTrue(isThere, () -> "skipped: this needs " + language.needs(contract));
  }

  private static boolean hasClang(GuestContract contract) {
    Optional<String> linker =
        tools()
            .clang()
            .map(clang ->
                tools()
                    .run(Path.of("."), List.of(clang, "-print-prog-name=wasm-ld"))
                    .output()
                    .strip());
    return linker.filter(file -> Files.isExecutable(Path.of(file))).isPresent()
        && (!contract.isWasiCommand() || Files.isDirectory(Path.of("/usr/include/wasm32-wasi")));
  }
}
