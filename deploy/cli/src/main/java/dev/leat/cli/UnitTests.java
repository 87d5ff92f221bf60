package dev.leat.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A project's own unit tests, run natively against its SDK's host in memory. */
final class UnitTests {
  private static final String WORK = "target";

  private final Project project;
  private final Toolchain tools;

  UnitTests(Project project, Toolchain tools) {
    this.project = project;
    this.tools = tools;
  }

  /** What they said; fails with that if one of them does. */
  String run() {
    return switch (project.language()) {
      case C -> c();
      case RUST -> rust();
      case ASSEMBLYSCRIPT -> assemblyScript();
    };
  }

  private String c() {
    if (!Files.exists(project.directory().resolve("function_test.c"))) {
      throw Failure.refused(
          "There is no 'function_test.c' in '%s'; leat/leat_fake.h says what stands in one."
              .formatted(project.directory()));
    }
    String compiler =
        Optional.<String>empty()
            .or(() -> tools.find("cc"))
            .or(() -> tools.find("gcc"))
            .or(tools::clang)
            .orElseThrow(() -> missing("C compiler", "gcc or clang"));
    String test = work() + "/function_test";
    require(
        List.of(compiler, "-std=c11", "-Ileat", "-o", test, "function_test.c", "leat/leat_fake.c"));
    return require(List.of(project.directory().resolve(test).toAbsolutePath().toString()));
  }

  private String rust() {
    Optional<String> cargo = tools.find("cargo");
    if (cargo.isPresent()) {
      return require(List.of(cargo.get(), "test", "--quiet", "--tests"));
    }
    String rustc = tools.find("rustc").orElseThrow(() -> missing("rustc", "Rust's compiler"));
    String sdk = work() + "/native-libleat.rlib";
    String test = work() + "/function_test";
    require(
        List.of(
            rustc,
            "--edition",
            "2021",
            "--crate-type",
            "rlib",
            "--crate-name",
            "leat",
            "--cfg",
            "feature=\"std\"",
            "-o",
            sdk,
            "leat/src/lib.rs"));
    require(
        List.of(
            rustc,
            "--edition",
            "2021",
            "--test",
            "--extern",
            "leat=" + sdk,
            "-o",
            test,
            Language.RUST.source(project.contract())));
    return require(List.of(project.directory().resolve(test).toAbsolutePath().toString()));
  }

  private String assemblyScript() {
    String node = tools.find("node").orElseThrow(() -> missing("node", "Node.js 20 or newer"));
    if (!Files.exists(project.module())) {
      throw Failure.refused(
          "There is no '%s' yet. Run 'leat build' first.".formatted(project.module()));
    }
    return require(List.of(node, "--test", "test/"));
  }

  private String work() {
    Path work = project.directory().resolve(WORK);
    try {
      Files.createDirectories(work);
    } catch (IOException e) {
      throw LocalFiles.failure("write", work, e);
    }
    return WORK;
  }

  private String require(List<String> command) {
    Toolchain.Ran ran = tools.run(project.directory(), command);
    if (!ran.isDone()) {
      throw Failure.refused("The unit tests of '" + project.directory() + "' failed.")
          .below(ran.output());
    }
    return ran.output();
  }

  private static Failure missing(String what, String need) {
    return Failure.refused("There is no %s. The unit tests need %s.".formatted(what, need));
  }
}
