package dev.leat.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A process of the same Java and class path as this one's. */
public final class AnotherJvm {
  private AnotherJvm() {}

  /**
   * A process that is not started yet.
   *
   * @param flags of the JVM
   * @param main whose {@code main} it runs
   */
  public static ProcessBuilder of(List<String> flags, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }

  /** The flags of a node, as they stand in the launcher above the working directory. */
  public static List<String> flagsOfNodes() {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("leat"))) {
      root = Objects.requireNonNull(root.getParent(), "no launcher above");
    }
    try {
      return Files.readString(root.resolve("leat"))
          .lines()
          .dropWhile(line -> !line.equals("server_flags=("))
          .skip(1)
          .takeWhile(line -> !line.equals(")"))
          .map(String::strip)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
