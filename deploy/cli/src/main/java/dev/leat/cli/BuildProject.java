package dev.leat.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.ModuleReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat build}. */
@Command(
    name = "build",
    description = {
      "Build the module of a project that 'leat new' made.",
      "By clang, rustc, cargo or AssemblyScript's asc; then check that it fits its contract."
    })
final class BuildProject implements Runnable {
  /** Where what is made on the way is kept, below the project. */
  private static final String WORK = "target";

  @Parameters(
      arity = "0..1",
      defaultValue = ".",
      paramLabel = "DIRECTORY",
      description = "The project's; else the current one.")
  private Path directory = Path.of(".");

  @Option(
      names = "--optimize",
      description = "Have Binaryen's wasm-opt make the module faster and smaller, if it is there.")
  private boolean isOptimizing;

  private final Session session;

  BuildProject(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    Project project = Project.open(directory);
    Language language = project.language();
    Toolchain tools = new Toolchain(session.environment());
    session.terminal().progress("Building " + project.module());
    String tool =
        switch (language) {
          case C -> c(project, tools);
          case RUST -> rust(project, tools);
          case ASSEMBLYSCRIPT -> assemblyScript(project, tools);
        };
    Optional<Long> before = isOptimizing ? optimize(project, tools) : Optional.empty();
    ModuleReport report = checked(project);
    ObjectNode built =
        Json.object()
            .put("file", project.module().toString())
            .put("bytes", report.size())
            .put("digest", report.digest().toString())
            .put("contract", project.contract().word())
            .put("language", language.toString())
            .put("tool", tool);
    before.ifPresent(bytes -> built.put("bytesBefore", bytes));
    session
        .output()
        .done(
            built,
            "Built %s: %,d bytes%s, contract %s"
                .formatted(
                    project.module(),
                    report.size(),
                    before.map(" (before optimizing %,d)"::formatted).orElse(""),
                    project.contract().word()));
  }

  private String c(Project project, Toolchain tools) {
    String clang = tools.clang().orElseThrow(() -> missing(project, "clang"));
    List<String> command = new ArrayList<>(List.of(clang));
    if (project.contract().isWasiCommand()) {
      command.add("--target=wasm32-wasi");
    } else {
      command.addAll(
          List.of(
              "--target=wasm32-unknown-unknown", "-ffreestanding", "-nostdlib", "-Wl,--no-entry"));
    }
    command.addAll(
        List.of(
            "-std=c11",
            "-O2",
            "-Wall",
            "-Wextra",
            "-mbulk-memory",
            "-msign-ext",
            "-mnontrapping-fptoint",
            "-Ileat",
            "-Wl,--stack-first",
            "-Wl,--gc-sections",
            "-Wl,--strip-all",
            "-o",
            output(project)));
    command.addAll(cSources(project));
    require(project, tools, command);
    return clang;
  }

  /** All but the tests, and the SDK's. */
  private static List<String> cSources(Project project) {
    try (Stream<Path> files = Files.list(project.directory())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".c") && !name.endsWith("_test.c"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw LocalFiles.failure("read", project.directory(), e);
    }
  }

  private String rust(Project project, Toolchain tools) {
    Toolchain.Rustc rustc =
        tools
            .rustc(project.contract())
            .orElseThrow(() -> missing(project, "rustc with the target"));
    return rustc
        .cargo()
        .map(cargo -> cargo(project, tools, cargo, rustc))
        .orElseGet(() -> {
          rustcAlone(project, tools, rustc);
          return rustc.file();
        });
  }

  private String cargo(Project project, Toolchain tools, String cargo, Toolchain.Rustc rustc) {
    require(
        project,
        tools,
        List.of(
            cargo,
            "build",
            "--release",
            "--target",
            rustc.target(),
            // Else it takes the first of the path, which may be rustup's, without the target.
            "--config",
            "build.rustc='%s'".formatted(rustc.file())));
    Path release = project.directory().resolve(WORK).resolve(rustc.target()).resolve("release");
    String name = project.manifest().function();
    Path built =
        Stream.of(name.replace('-', '_'), name)
            .map(crate -> release.resolve(crate + ".wasm"))
            .filter(Files::exists)
            .findFirst()
            .orElseThrow(() ->
                Failure.refused(
                    "Cargo made no '%s.wasm' in '%s'. The package of Cargo.toml must have the function's name, and crate-type cdylib."
                        .formatted(name.replace('-', '_'), release)));
    try {
      Files.copy(built, project.module(), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw LocalFiles.failure("write", project.module(), e);
    }
    return cargo;
  }

  /**
   * For a project that needs no crate but the SDK: a distribution's compiler comes without Cargo.
   */
  private static void rustcAlone(Project project, Toolchain tools, Toolchain.Rustc rustc) {
    Path work = project.directory().resolve(WORK);
    try {
      Files.createDirectories(work);
    } catch (IOException e) {
      throw LocalFiles.failure("write", work, e);
    }
    List<String> options =
        List.of(
            rustc.file(),
            "--edition",
            "2021",
            "--target",
            rustc.target(),
            "-C",
            "opt-level=s",
            "-C",
            "panic=abort",
            "-C",
            "codegen-units=1");
    String sdk = WORK + "/libleat.rlib";
    require(
        project,
        tools,
        all(
            options,
            List.of(
                "--crate-type",
                "rlib",
                "--crate-name",
                "leat",
                "--cfg",
                "feature=\"std\"",
                "-o",
                sdk,
                "leat/src/lib.rs")));
    require(
        project,
        tools,
        all(
            options,
            List.of(
                "-C",
                "lto=fat",
                "-C",
                "strip=symbols",
                "--crate-type",
                project.contract().isWasiCommand() ? "bin" : "cdylib",
                "--crate-name",
                project.manifest().function().replace('-', '_'),
                "--extern",
                "leat=" + sdk,
                "-o",
                output(project),
                Language.RUST.source(project.contract()))));
  }

  private String assemblyScript(Project project, Toolchain tools) {
    String asc =
        tools
            .npm(project.directory(), "asc")
            .orElseThrow(() -> missing(project, "AssemblyScript's compiler"));
    require(
        project,
        tools,
        List.of(
            asc,
            Language.ASSEMBLYSCRIPT.source(project.contract()),
            "--target",
            "release",
            "-o",
            output(project)));
    return asc;
  }

  /** The module's size before, or nothing where there is no wasm-opt. */
  private Optional<Long> optimize(Project project, Toolchain tools) {
    Optional<String> tool = tools.npm(project.directory(), "wasm-opt");
    if (tool.isEmpty()) {
      session
          .terminal()
          .error(
              "Note: wasm-opt is not there, so the module stays as it was compiled. It is Binaryen's: apt-get install binaryen.");
      return Optional.empty();
    }
    long before = LocalFiles.read(project.module(), Integer.MAX_VALUE - 8).length;
    require(
        project,
        tools,
        List.of(
            tool.get(),
            "-O3",
            "--enable-bulk-memory",
            "--enable-sign-ext",
            "--enable-nontrapping-float-to-int",
            "--enable-mutable-globals",
            "--strip-debug",
            "--strip-producers",
            output(project),
            "-o",
            output(project)));
    return Optional.of(before);
  }

  /** The module's file as tools in the project's directory see it. */
  private static String output(Project project) {
    return project.module().toAbsolutePath().toString();
  }

  private static ModuleReport checked(Project project) {
    ModuleReport report = Analyze.read(project.module());
    if (!report.contracts().contains(project.contract().word())) {
      throw Failure.refused(
          "The module '%s' was built, and does not fit the contract %s. docs/FUNCTIONS.md has what it exports and may import; 'leat analyze' shows this one's."
              .formatted(project.module(), project.contract().word()));
    }
    return report;
  }

  private static void require(Project project, Toolchain tools, List<String> command) {
    Toolchain.Ran ran = tools.run(project.directory(), command);
    if (!ran.isDone()) {
      throw Failure.refused(
              "The build failed: %s. If a tool or library is missing, it needs %s."
                  .formatted(
                      Path.of(command.getFirst()).getFileName(),
                      project.language().needs(project.contract())))
          .below(ran.output());
    }
  }

  private static Failure missing(Project project, String what) {
    return Failure.refused(
        "There is no %s. Building '%s' needs %s."
            .formatted(
                what, project.manifest().function(), project.language().needs(project.contract())));
  }

  private static List<String> all(List<String> some, List<String> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }
}
