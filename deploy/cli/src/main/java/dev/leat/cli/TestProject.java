package dev.leat.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Limits;
import dev.leat.node.LocalFunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat test}. */
@Command(
    name = "test",
    description = {
      "Run a project's module on the platform's engine, without a node.",
      "What its manifest grants holds; values are kept in memory and are gone afterwards. Without",
      "--input, each testdata/NAME.in.* is sent, and must be answered by NAME.expected.*."
    })
final class TestProject implements Runnable {
  private static final int BODY_BYTES_MAX = (int) Limits.BODY_BYTES_MAX;

  @Parameters(
      arity = "0..1",
      defaultValue = ".",
      paramLabel = "DIRECTORY",
      description = "The project's; else the current one.")
  private Path directory = Path.of(".");

  @Option(
      names = "--input",
      paramLabel = "FILE|-",
      description = "The body of one call: a file, or standard input.")
  private @Nullable String input;

  @Option(
      names = "--expected",
      paramLabel = "FILE",
      description = "What it must answer; else exit code 1, and what differs.")
  private @Nullable Path expected;

  @Option(
      names = "--method",
      defaultValue = "POST",
      paramLabel = "METHOD",
      description = "Else ${DEFAULT-VALUE}.")
  private String method = "POST";

  @Option(
      names = "--path",
      defaultValue = "",
      paramLabel = "/PATH",
      description = "Path and query below the function's.")
  private String path = "";

  @Option(
      names = "--header",
      paramLabel = "NAME:VALUE",
      description = "A header field; may be repeated.")
  private List<String> headers = new ArrayList<>();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A JSON object instead of the manifest's config.")
  private @Nullable Path config;

  @Option(
      names = "--http",
      description =
          "Let it send the HTTP requests that its manifest allows, to this machine too; else all are denied.")
  private boolean isOnline;

  @Option(
      names = "--secrets",
      paramLabel = "FILE",
      description = "Secrets that are set, a NAME=VALUE on each line; else none is.")
  private @Nullable Path secrets;

  @Option(
      names = "--database",
      paramLabel = "SCRIPT",
      description =
          "SQL that makes a database in memory (H2) for its connection, anew for each test; else there is none.")
  private @Nullable Path database;

  @Option(
      names = "--unit",
      description = "Run the project's unit tests natively instead, against its SDK's fake host.")
  private boolean isUnit;

  private final Session session;

  TestProject(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    Project project = Project.open(directory);
    if (isUnit) {
      unit(project);
      return;
    }
    if (!Files.exists(project.module())) {
      throw Failure.refused(
          "There is no '%s' yet. Run 'leat build' first.".formatted(project.module()));
    }
    if (input != null || expected != null) {
      one(project);
    } else {
      all(project);
    }
  }

  private void unit(Project project) {
    String said = new UnitTests(project, new Toolchain(session.environment())).run();
    session
        .output()
        .done(
            Json.object().put("passed", true).put("output", said),
            said.lines().toArray(String[]::new));
  }

  private void one(Project project) {
    Optional<byte[]> wanted =
        Optional.ofNullable(expected).map(file -> LocalFiles.read(file, BODY_BYTES_MAX));
    LocalFunction.Run run;
    try (LocalFunction function = load(project, config)) {
      run = function.call(call(body()));
    }
    TestRun test = new TestRun("", run, wanted.map(body -> new TestRun.Expected.Answer(body)));
    if (session.output().isForPeople()) {
      test.log().forEach(session.terminal()::error);
      session.terminal().bytes(test.body());
      session.terminal().error(test.summary());
      test.differences().forEach(session.terminal()::error);
      hints(project).forEach(session.terminal()::error);
    } else {
      session.output().done(test.document());
    }
    test.failure()
        .ifPresent(why -> {
          throw Failure.refused(why);
        });
  }

  private void all(Project project) {
    Path data = project.directory().resolve("testdata");
    List<Path> inputs = inputs(data);
    if (inputs.isEmpty()) {
      throw Failure.usage(
          "There is no '%s'. Name a file by --input, or keep one there."
              .formatted(data.resolve("NAME.in.EXT")));
    }
    List<TestRun> runs = new ArrayList<>();
    try (LocalFunction function = load(project, config)) {
      for (Path file : inputs) {
        runs.add(run(project, function, file));
      }
    }
    report(project, runs);
  }

  /** Each begins without values, and with the configuration beside it if there is one. */
  private TestRun run(Project project, LocalFunction function, Path file) {
    String name = file.getFileName().toString().replaceFirst("\\.in\\..*", "");
    byte[] body = LocalFiles.read(file, BODY_BYTES_MAX);
    Path own = file.resolveSibling(name + ".config.json");
    Optional<TestRun.Expected> wanted = TestRun.Expected.beside(file, name);
    if (!Files.exists(own)) {
      function.forget();
      return new TestRun(name, function.call(call(body)), wanted);
    }
    try (LocalFunction configured = load(project, own)) {
      return new TestRun(name, configured.call(call(body)), wanted);
    }
  }

  private void report(Project project, List<TestRun> runs) {
    List<String> failed =
        runs.stream().filter(run -> run.failure().isPresent()).map(TestRun::name).toList();
    if (session.output().isForPeople()) {
      runs.forEach(run -> run.lines().forEach(session.terminal()::line));
      session
          .terminal()
          .line("%d passed, %d failed".formatted(runs.size() - failed.size(), failed.size()));
      if (!failed.isEmpty()) {
        hints(project).forEach(session.terminal()::error);
      }
    } else {
      ArrayNode documents = Json.object().putArray("runs");
      runs.forEach(run -> documents.add(run.document()));
      session.output().done(documents);
    }
    if (!failed.isEmpty()) {
      throw Failure.refused(
          "%d of %d tests failed: %s"
              .formatted(failed.size(), runs.size(), String.join(", ", failed)));
    }
  }

  /** What the manifest grants, and nothing stands for here. */
  private List<String> hints(Project project) {
    JsonNode granted = project.manifest().document().at("/spec/capabilities");
    List<String> hints = new ArrayList<>();
    if (granted.has("http") && !isOnline) {
      hints.add("Note: without --http all its requests are denied.");
    }
    if (granted.has("secrets") && secrets == null) {
      hints.add("Note: without --secrets FILE none of its secrets is set.");
    }
    if (granted.has("database") && database == null) {
      hints.add("Note: without --database SCRIPT its connection is absent.");
    }
    return hints;
  }

  private static List<Path> inputs(Path data) {
    if (!Files.isDirectory(data)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(data)) {
      return files.filter(file -> file.getFileName().toString().contains(".in.")).sorted().toList();
    } catch (IOException e) {
      throw LocalFiles.failure("read", data, e);
    }
  }

  private LocalFunction load(Project project, @Nullable Path config) {
    ObjectNode manifest = project.manifest().document().deepCopy();
    if (config != null) {
      JsonNode values = Json.parse(LocalFiles.read(config, LocalFiles.TEXT_BYTES_MAX)).orElse(null);
      if (!(values instanceof ObjectNode)) {
        throw Failure.refused(
            "'%s' is no configuration: a JSON object is needed".formatted(config));
      }
      manifest.withObject("/spec").set("config", values);
    }
    byte[] module = LocalFiles.read(project.module(), Limits.MODULE_BYTES_MAX);
    return Failure.unlessRefused(
        LocalFunction.load(
            Json.bytes(manifest),
            "The module '" + project.module() + "'",
            module,
            new LocalFunction.Surroundings(
                isOnline,
                secrets == null ? Map.of() : secrets(secrets),
                Optional.ofNullable(database).map(LocalFiles::readText))));
  }

  /** Lines of {@code NAME=VALUE}; those that are blank or begin with # say nothing. */
  private static Map<String, byte[]> secrets(Path file) {
    Map<String, byte[]> all = new HashMap<>();
    int number = 0;
    for (String line : LocalFiles.readText(file).lines().toList()) {
      number++;
      int equals = line.indexOf('=');
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      if (equals < 1) {
        // Without the line, which may be half a secret.
        throw Failure.refused("Line %d of '%s' must be NAME=VALUE".formatted(number, file));
      }
      all.put(line.substring(0, equals).strip(), line.substring(equals + 1).getBytes(UTF_8));
    }
    return all;
  }

  private byte[] body() {
    if (input == null) {
      return new byte[0];
    }
    return input.equals("-")
        ? session.terminal().readAll(BODY_BYTES_MAX)
        : LocalFiles.read(Path.of(input), BODY_BYTES_MAX);
  }

  private HttpCall call(byte[] body) {
    if (!(path.isEmpty() || path.startsWith("/"))) {
      throw Failure.usage("--path must start with '/', was '" + path + "'");
    }
    int query = path.indexOf('?');
    List<String> fields = new ArrayList<>();
    for (String header : headers) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw Failure.usage("--header must be NAME:VALUE, was '" + header + "'");
      }
      fields.add(header.substring(0, colon).strip());
      fields.add(header.substring(colon + 1).strip());
    }
    return new HttpCall(
        method,
        query < 0 ? path : path.substring(0, query),
        query < 0 ? null : path.substring(query + 1),
        Headers.of(fields.toArray(String[]::new)),
        body);
  }
}
