package dev.leat.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.leat.contract.GuestContract;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The compilers of this machine, as the PATH has them; and what runs them. */
final class Toolchain {
  /** A release build of a large crate takes minutes; what takes longer hangs. */
  private static final Duration TIME_MAX = Duration.ofMinutes(10);

  /** What is kept of what a compiler says: thousands of lines. */
  private static final int OUTPUT_BYTES_MAX = 1 << 20;

  private static final int CLANG_NEWEST = 30;
  private static final int CLANG_OLDEST = 11;

  private final Environment environment;

  Toolchain(Environment environment) {
    this.environment = environment;
  }

  /** What a tool said, and whether it succeeded. */
  record Ran(boolean isDone, String output) {}

  Optional<String> clang() {
    return environment
        .variable("CLANG")
        .or(() -> find("clang"))
        .or(() ->
            IntStream.rangeClosed(-CLANG_NEWEST, -CLANG_OLDEST)
                .mapToObj(version -> "clang" + version)
                .flatMap(name -> find(name).stream())
                .findFirst());
  }

  /**
   * A Rust compiler with the standard library of a target.
   *
   * @param target its name for what runs without a system, or under WASI: older ones have another
   */
  record Rustc(String file, String target) {
    /** Cargo beside it, which uses it. */
    Optional<String> cargo() {
      Path cargo = Path.of(file).resolveSibling("cargo");
      return Files.isExecutable(cargo) ? Optional.of(cargo.toString()) : Optional.empty();
    }
  }

  /** The first that has the contract's target: rustup's may stand before Debian's. */
  Optional<Rustc> rustc(GuestContract contract) {
    List<String> targets =
        contract.isWasiCommand()
            ? List.of("wasm32-wasip1", "wasm32-wasi")
            : List.of("wasm32-unknown-unknown");
    return Stream.concat(environment.variable("RUSTC").stream(), all("rustc"))
        .flatMap(rustc -> {
          Ran root = run(Path.of("."), List.of(rustc, "--print", "sysroot"));
          Path libraries =
              Path.of(root.isDone() ? root.output().strip() : "").resolve("lib/rustlib");
          return targets.stream()
              .filter(target -> Files.isDirectory(libraries.resolve(target)))
              .map(target -> new Rustc(rustc, target));
        })
        .findFirst();
  }

  /** A tool of npm: the project's own, or one that is installed for all. */
  Optional<String> npm(Path directory, String name) {
    Path own = directory.resolve("node_modules/.bin").resolve(name);
    return Files.isExecutable(own) ? Optional.of(own.toAbsolutePath().toString()) : find(name);
  }

  Optional<String> find(String name) {
    return all(name).findFirst();
  }

  private Stream<String> all(String name) {
    return Stream.of(environment.variable("PATH").orElse("").split(File.pathSeparator, -1))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory).resolve(name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .map(Path::toString);
  }

  /** Runs a tool in a directory to its end, which is forced after {@link #TIME_MAX}. */
  Ran run(Path directory, List<String> command) {
    try {
      Process process =
          new ProcessBuilder(new ArrayList<>(command))
              .directory(directory.toAbsolutePath().toFile())
              .redirectErrorStream(true)
              .start();
      process.getOutputStream().close();
      CompletableFuture<String> output =
          CompletableFuture.supplyAsync(
              () -> read(process.getInputStream()), task -> Thread.ofVirtual().start(task));
      if (!process.waitFor(TIME_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        return new Ran(
            false, output.join() + "\nIt did not end within " + TIME_MAX.toMinutes() + " minutes.");
      }
      return new Ran(process.exitValue() == 0, output.join());
    } catch (IOException e) {
      return new Ran(false, "'%s' cannot be run: %s".formatted(command.getFirst(), e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Ran(false, "It was interrupted.");
    }
  }

  /** What fits; the rest is read, so that the tool goes on. */
  private static String read(InputStream in) {
    try (in) {
      String text = new String(in.readNBytes(OUTPUT_BYTES_MAX), UTF_8);
      in.skip(Long.MAX_VALUE);
      return text;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
