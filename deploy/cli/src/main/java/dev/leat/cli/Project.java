package dev.leat.cli;

import dev.leat.contract.GuestContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A directory with a manifest that names a file as its module.
 *
 * @param module the file
 */
record Project(Path directory, ManifestFile manifest, GuestContract contract, Path module) {
  private static final String MANIFEST = "leat.yaml";

  static Project open(Path directory) {
    Path file = directory.resolve(MANIFEST);
    if (!Files.exists(file)) {
      throw Failure.refused(
          "'%s' is no project of a function: it has no %s. 'leat new' makes one."
              .formatted(directory, MANIFEST));
    }
    ManifestFile manifest = ManifestFile.parse("'" + file + "'", LocalFiles.readText(file));
    Path module =
        manifest
            .moduleFile()
            .map(directory::resolve)
            .map(Path::normalize)
            .orElseThrow(() ->
                Failure.refused(
                    "'%s' names a published module. Name the file of one, such as ./%s."
                        .formatted(file, moduleFile(manifest.function()))));
    String word = manifest.document().at("/spec/contract").asText();
    return new Project(
        directory,
        manifest,
        GuestContract.ofWord(word)
            .orElseThrow(() ->
                Failure.refused(
                    "'%s' has the contract '%s'; it must be handler, processor, step or wasi."
                        .formatted(file, word))),
        module);
  }

  /** The file of the module of a function of this name. */
  static String moduleFile(String function) {
    return function.replace('-', '_') + ".wasm";
  }

  Language language() {
    Optional<Language> language = Language.of(directory);
    return language.orElseThrow(() ->
        Failure.refused(
            "'%s' has no source that can be built: function.c, src/lib.rs, src/main.rs or assembly/index.ts. Other functions are built by their own tools."
                .formatted(directory)));
  }
}
