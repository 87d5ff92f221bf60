package dev.leat.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
}
