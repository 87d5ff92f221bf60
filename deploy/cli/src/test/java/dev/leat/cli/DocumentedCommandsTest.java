package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ParameterException;

/** Every command line that a page shows is one that the command understands. */
class DocumentedCommandsTest {
  private static final Pattern WORD = Pattern.compile("(?:'[^']*'|[^ '])+");
  private static final Path ROOT = Path.of("../..");

  @Test
  void everyCommandOfTheDocs_canBeTyped() throws IOException {
    List<Shown> shown;
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
        Stream<Path> samples = Files.walk(ROOT.resolve("sdk"))) {
      shown =
          Stream.of(
                  Stream.of(ROOT.resolve("README.md")),
                  docs.filter(file -> file.toString().endsWith(".md")),
                  samples.filter(file -> file.endsWith("README.md")))
              .flatMap(pages -> pages)
              .flatMap(DocumentedCommandsTest::commands)
              .toList();
    }

    assertThat(shown).hasSizeGreaterThan(15);
    assertThat(shown.stream().map(DocumentedCommandsTest::mistake).filter(it -> !it.isEmpty()))
        .isEmpty();
  }

  private static Stream<Shown> commands(Path file) {
    try {
      return Files.readAllLines(file).stream()
          .map(String::strip)
          .filter(line -> line.startsWith("./leat "))
          .map(line ->
              new Shown(file, line.substring("./leat ".length()).replaceAll(" +#.*", "").strip()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String mistake(Shown shown) {
    try {
      Leat.commandLine(new Environment(Map.of()), nowhere()).parseArgs(words(shown.command()));
      return "";
    } catch (ParameterException e) {
      return shown + ": " + Misuse.of(e);
    }
  }

  /** As a shell has them, with what is in single quotes as one. */
  private static String[] words(String command) {
    return WORD.matcher(command)
        .results()
        .map(word -> word.group().replace("'", ""))
        .toArray(String[]::new);
  }

  private static Terminal nowhere() {
    PrintStream out =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    return new Terminal(InputStream.nullInputStream(), out, out, false);
  }

  private record Shown(Path page, String command) {}
}
