package dev.leat.cli;

import dev.leat.contract.GuestContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.TypeConversionException;

/** A language that functions are written in, with an SDK and templates of its own. */
enum Language {
  C("function.c"),
  RUST("src/lib.rs"),
  ASSEMBLYSCRIPT("assembly/index.ts");

  private final String source;

  /**
   * @param source where a function of it begins, by which a project of it is known
   */
  Language(String source) {
    this.source = source;
  }

  /** The word that is typed. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Language parse(String word) {
    for (Language language : values()) {
      if (language.toString().equals(word)) {
        return language;
      }
    }
    throw new TypeConversionException(
        "it must be c, rust or assemblyscript, was '%s'%s"
            .formatted(
                word,
                switch (word) {
                  case "go" ->
                      ". There is no SDK for Go yet: GOOS=wasip1 GOARCH=wasm go build makes a function of contract wasi";
                  case "js" ->
                      ". There is no SDK for JavaScript yet: AssemblyScript is nearest to it";
                  default -> "";
                }));
  }

  /** The language of the project in this directory, if it is that of one. */
  static Optional<Language> of(Path directory) {
    return Stream.of(values()).filter(language -> language.begins(directory)).findFirst();
  }

  private boolean begins(Path directory) {
    return Files.exists(directory.resolve(source))
        || (this == RUST && Files.exists(directory.resolve("src/main.rs")));
  }

  /** Where the code of a function of this contract begins. */
  String source(GuestContract contract) {
    return this == RUST && contract.isWasiCommand() ? "src/main.rs" : source;
  }

  /** What is to be installed for functions of this contract. */
  String needs(GuestContract contract) {
    return switch (this) {
      case C ->
          "clang and lld, on Debian: apt-get install clang-19 lld-19"
              + (contract.isWasiCommand() ? " wasi-libc libclang-rt-19-dev-wasm32" : "");
      case RUST ->
          "rustc with the target %s: rustup target add %s, or on Debian: apt-get install rustc libstd-rust-dev-wasm32 lld-14"
              .formatted(rustTarget(contract), rustTarget(contract));
      case ASSEMBLYSCRIPT -> "Node.js 20 or newer and the project's packages: npm install";
    };
  }

  private static String rustTarget(GuestContract contract) {
    return contract.isWasiCommand() ? "wasm32-wasip1" : "wasm32-unknown-unknown";
  }

  /** Whether it has a compiler for this contract. */
  boolean has(GuestContract contract) {
    return this != ASSEMBLYSCRIPT || !contract.isWasiCommand();
  }
}
