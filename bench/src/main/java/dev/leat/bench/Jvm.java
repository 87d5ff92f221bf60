package dev.leat.bench;

import java.nio.file.Path;

/** The JVM that runs the benchmarks runs their children too. */
final class Jvm {
  private Jvm() {}

  static String executable() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
