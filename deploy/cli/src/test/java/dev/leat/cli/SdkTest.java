package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
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
    for (String name : List.of("leat_test", "step_test")) {
      String test = directory.resolve(name).toString();
      run(
          compiler,
          "-std=c11",
          "-Wall",
          "-Wextra",
          "-Werror",
          "-I" + SDK.resolve("c"),
          "-o",
          test,
          SDK.resolve("c/" + name + ".c"),
          SDK.resolve("c/leat_fake.c"));

      assertThat(run(test)).contains("checks passed");
    }
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
    Path powers = directory.resolve("powers.wasm");
    Path step = directory.resolve("step.wasm");
    assemble(asc, "test/powers.ts", powers, "assembly/handler/stop");
    assemble(asc, "test/step.ts", step, "assembly/step/stop");

    assertThat(
            run(
                "env",
                "LEAT_POWERS_WASM=" + powers,
                "LEAT_STEP_WASM=" + step,
                node,
                "--test",
                "test/"))
        .contains("fail 0");
  }

  private void assemble(String asc, String source, Path module, String abort) {
    run(asc, source, "-o", module, "-O", "--runtime", "stub", "--use", "abort=" + abort);
  }

  /** Those that there are in two languages, with the modules that are committed. */
  @Test
  void samples_inTwoLanguages_answerTheSame() {
    assertThat(run(require("node"), "--test", SDK.resolve("samples/sdk.test.mjs")))
        .contains("fail 0");
  }

  @Test
  void examples_ofEveryPower_compile() throws IOException {
    List<String> blocks = examples();

    Path c = Files.writeString(directory.resolve("example.c"), blocks.get(0));
    tools
        .find("cc")
        .ifPresent(cc ->
            run(
                cc,
                "-std=c11",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-fsyntax-only",
                "-I" + SDK.resolve("c"),
                c));
    Path rust = Files.writeString(directory.resolve("example.rs"), blocks.get(1));
    tools
        .find("rustc")
        .ifPresent(rustc -> {
          Path library = directory.resolve("libleat.rmeta");
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
              "--emit",
              "metadata=" + library,
              SDK.resolve("rust/src/lib.rs"));
          run(
              rustc,
              "--edition",
              "2021",
              "--crate-type",
              "rlib",
              "--extern",
              "leat=" + library,
              "--emit",
              "metadata=" + directory.resolve("example.rmeta"),
              rust);
        });
    Files.writeString(directory.resolve("example.ts"), blocks.get(2));
    Files.createSymbolicLink(directory.resolve("leat"), SDK.resolve("assemblyscript"));
    tools
        .find("asc")
        .ifPresent(asc ->
            run(
                asc,
                "example.ts",
                "--baseDir",
                directory,
                "--path",
                directory,
                "--noEmit",
                "--runtime",
                "stub",
                "--use",
                "abort=~lib/leat/assembly/handler/stop"));
  }

  /** The blocks of code of the last section of the guide: C, Rust, AssemblyScript. */
  private static List<String> examples() throws IOException {
    String guide = Files.readString(SDK.resolve("../docs/guides/capabilities.md"));
    String section = guide.substring(guide.indexOf("## Every power, in each language"));
    List<String> blocks =
        Pattern.compile("```(?:c|rust|ts)\n(.*?)```", Pattern.DOTALL)
            .matcher(section)
            .results()
            .map(block -> block.group(1))
            .toList();
    assertThat(blocks).hasSize(3);
    return blocks;
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
