package dev.leat.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every source file keeps to, where no compiler looks. */
class TidyTest {
  private static final Path ROOT = root();
  private static final Set<String> MODULES =
      Set.of(
          "contract",
          "testkit",
          "store",
          "documents",
          "engine",
          "tenants",
          "registry",
          "worker",
          "scheduler",
          "gateway",
          "deploy",
          "bench");

  /** The one class that writes to the terminal, and programs whose output is their point. */
  private static final Predicate<Path> MAY_PRINT =
      file ->
          file.endsWith("dev/leat/cli/Terminal.java")
              || file.startsWith(ROOT.resolve("bench"))
              || file.startsWith(ROOT.resolve("deploy/failures"));

  @Test
  void everyPackageSaysWhatItIs() {
    assertThat(
            sources("src/main/java")
                .map(Path::getParent)
                .distinct()
                .filter(directory -> !Files.exists(directory.resolve("package-info.java"))))
        .isEmpty();
  }

  @Test
  void nothingPrintsButTheTerminal() {
    assertThat(
            sources("src/main/java")
                .filter(MAY_PRINT.negate())
                .filter(file -> contains(file, "System.out") || contains(file, "System.err")))
        .isEmpty();
  }

  @Test
  void noTestSleeps() {
    String call = "Thread." + "sleep(";
    assertThat(sources("src/test/java").filter(file -> contains(file, call))).isEmpty();
  }

  private static Stream<Path> sources(String below) {
    return MODULES.stream()
        .map(ROOT::resolve)
        .flatMap(TidyTest::files)
        .filter(file -> file.toString().endsWith(".java"))
        .filter(file -> file.toString().contains("/" + below + "/"));
  }

  private static Stream<Path> files(Path directory) {
    try (Stream<Path> walk = Files.walk(directory)) {
      return List.copyOf(walk.filter(Files::isRegularFile).toList()).stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean contains(Path file, String text) {
    try {
      return Files.readString(file).contains(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The directory above this module that holds the launcher. */
  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("leat"))) {
      directory = Objects.requireNonNull(directory.getParent(), "no launcher above");
    }
    return directory;
  }
}
