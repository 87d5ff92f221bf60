package dev.leat.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.FunctionName;
import dev.leat.contract.GuestContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat new}. */
@Command(
    name = "new",
    description = {
      "Make the project of a function: source, manifest, tests, SDK.",
      "'leat build' and 'leat test' in its directory build it and run it without a node."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class NewProject implements Runnable {
  @Parameters(paramLabel = "NAME", description = "The function's name, or a path that ends in it.")
  private Path directory;

  @Option(
      names = "--lang",
      required = true,
      paramLabel = "LANGUAGE",
      description = "c, rust or assemblyscript.")
  private Language language;

  @Option(
      names = "--contract",
      defaultValue = "handler",
      paramLabel = "CONTRACT",
      description = "handler, processor, step or wasi; else ${DEFAULT-VALUE}.")
  private GuestContract contract;

  private final Session session;

  NewProject(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    FunctionName name = name();
    if (!language.has(contract)) {
      throw Failure.usage(
          "There is no compiler of %s for the contract %s. Choose handler, processor or step."
              .formatted(language, contract.word()));
    }
    Map<String, byte[]> files = files(name.value());
    write(files);
    ObjectNode made =
        Json.object()
            .put("function", name.value())
            .put("language", language.toString())
            .put("contract", contract.word())
            .put("directory", directory.toString());
    ArrayNode list = made.putArray("files");
    files.keySet().forEach(list::add);
    session
        .output()
        .done(
            made,
            "Needs " + language.needs(contract),
            "Next: leat build %s && leat test %s".formatted(directory, directory),
            "Made " + directory);
  }

  private FunctionName name() {
    Path last = directory.toAbsolutePath().normalize().getFileName();
    try {
      return new FunctionName(last == null ? "" : last.toString());
    } catch (IllegalArgumentException e) {
      throw Failure.usage("This is no name of a function: " + e.getMessage());
    }
  }

  /** By their paths in the project. */
  private Map<String, byte[]> files(String name) {
    Map<String, String> words =
        Map.of(
            "name", name,
            "module", Project.moduleFile(name),
            "crate", name.replace('-', '_'),
            "contract", contract.word(),
            "source", language.source(contract),
            "needs", language.needs(contract),
            "data", data());
    Map<String, byte[]> files = new TreeMap<>();
    for (String folder :
        new String[] {
          "common", contract.word(), language + "/common", language + "/" + contract.word()
        }) {
      SdkFiles.of("templates/" + folder)
          .forEach((file, content) ->
              files.put(
                  file.equals("gitignore") ? ".gitignore" : file,
                  file.startsWith("testdata/") ? content : filled(content, words)));
    }
    SdkFiles.of(language.toString()).forEach((file, content) -> files.put("leat/" + file, content));
    return files;
  }

  /** A body that the function takes, as it is typed. */
  private String data() {
    return switch (contract) {
      case HANDLER, WASI -> "Ada";
      case PROCESSOR -> "'{\"id\":\"1\",\"data\":{\"name\":\"Ada\"}}'";
      case STEP -> "'{\"name\":\"Ada\"}'";
    };
  }

  private static byte[] filled(byte[] template, Map<String, String> words) {
    String text = new String(template, UTF_8);
    for (Map.Entry<String, String> word : words.entrySet()) {
      text = text.replace("{{" + word.getKey() + "}}", word.getValue());
    }
    return text.getBytes(UTF_8);
  }

  private void write(Map<String, byte[]> files) {
    if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw Failure.refused(
          "'%s' exists already. Choose another name, or remove it first.".formatted(directory));
    }
    files.forEach((name, content) -> {
      Path file = directory.resolve(name);
      try {
        Files.createDirectories(file.getParent());
        Files.write(file, content);
      } catch (IOException e) {
        throw LocalFiles.failure("write", file, e);
      }
    });
  }
}
