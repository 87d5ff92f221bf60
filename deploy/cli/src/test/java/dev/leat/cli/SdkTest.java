package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The SDKs' own tests, natively, against their hosts in memory. Skipped without their compilers.
 */
final class SdkTest {
  private static final Path SDK = Path.of("../../sdk").toAbsolutePath().normalize();

  private final Toolchain tools =
      new Toolchain(
          new Environment(
              Map.of(
                  "PATH",
                  SDK.resolve("assemblyscript/node_modules/.bin") + ":" + System.getenv("PATH"))));

  @TempDir Path directory;

  @Test
  void sdkForC_passesItsTests() {
    String compiler = require("cc");
    String test = directory.resolve("test").toString();
    run(
        compiler,
        "-std=c11",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-I" + SDK.resolve("c"),
        "-o",
        test,
        SDK.resolve("c/leat_test.c"),
        SDK.resolve("c/leat_fake.c"));

    assertThat(run(test)).contains("checks passed");
  }

  @Test
  void sdkForRust_passesItsTests() {
    String rustc = require("rustc");
    Path library = directory.resolve("libleat.rlib");
    String test = directory.resolve("test").toString();
    run(
        rustc,
        "--edition",
        "2021",
        "--crate-type",
        "rlib",
        "--crate-name",
        "leat",
        "--cfg",
        "feature=\"std\"",
        "-D",
        "warnings",
        "-o",
        library,
        SDK.resolve("rust/src/lib.rs"));
    run(
        rustc,
        "--edition",
        "2021",
        "--test",
        "--extern",
        "leat=" + library,
        "-o",
        test,
        SDK.resolve("rust/tests/powers.rs"));

    assertThat(run(test)).contains("test result: ok.");
  }

  @Test
  void sdkForAssemblyScript_passesItsTests() {
    String asc = require("asc");
    String node = require("node");
    Path module = directory.resolve("powers.wasm");
    run(
        asc,
        "test/powers.ts",
        "-o",
        module,
        "-O",
        "--runtime",
        "stub",
        "--use",
        "abort=assembly/handler/stop");

    assertThat(run("env", "LEAT_POWERS_WASM=" + module, node, "--test", "test/"))
        .contains("fail 0");
  }

  /** Those that there are in two languages, with the modules that are committed. */
  @Test
  void samples_inTwoLanguages_answerTheSame() {
    assertThat(run(require("node"), "--test", SDK.resolve("samples/sdk.test.mjs")))
        .contains("fail 0");
  }

  private String require(String tool) {
    Optional<String> found = tools.find(tool);
    assumeTrue(found.isPresent(), () -> "skipped: there is no " + tool);
    return found.orElseThrow();
  }

  private String run(Object... command) {
    Toolchain.Ran ran =
        tools.run(
            SDK.resolve("assemblyscript"),
            List.of(command).stream().map(Object::toString).toList());
    assertThat(ran.isDone()).as(ran.output()).isTrue();
    return ran.output();
  }
}
