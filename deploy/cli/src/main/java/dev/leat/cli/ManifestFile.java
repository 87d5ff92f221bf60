package dev.leat.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.Answer;
import dev.leat.contract.Finding;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Problem;
import dev.leat.registry.function.Manifest;
import dev.leat.registry.function.ManifestReader;
import dev.leat.registry.module.ModuleRef;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A function's manifest as it is sent, of which the command only looks at the function's name and
 * its module; the platform checks the rest.
 *
 * @param document as it is sent
 */
record ManifestFile(ObjectNode document) {
  /**
   * Reads a manifest.
   *
   * @param source what the text is, for messages
   */
  static ManifestFile parse(String source, String yaml) {
    if (Yaml.parse(source, yaml) instanceof ObjectNode document) {
      ManifestFile manifest = new ManifestFile(document);
      if (manifest.isTextual("/metadata/name") && manifest.isTextual("/spec/module")) {
        return manifest;
      }
      throw Failure.refused(
          source + " is no manifest that could be sent, which needs metadata.name and spec.module",
          manifest.findings());
    }
    throw Failure.refused(source + " is no manifest: a YAML mapping is needed");
  }

  /**
   * What the platform would find wrong with it. Only to be told beside another mistake: a newer
   * platform may know more than this command.
   */
  List<Finding> findings() {
    return switch (ManifestReader.read(Json.bytes(document))) {
      case Answer.Done<Manifest> _ -> List.of();
      case Answer.Refused<Manifest>(Problem problem) -> problem.findings();
    };
  }

  /** The function's name. */
  String function() {
    return document.at("/metadata/name").asText();
  }

  /** The module's file relative to the manifest's, or nothing if the module is a published one. */
  Optional<Path> moduleFile() {
    String module = document.at("/spec/module").asText();
    return ModuleRef.parse(module)
        .filter(ModuleRef.ByFile.class::isInstance)
        .map(file -> Path.of(file.toString()));
  }

  ManifestFile withModule(ModuleDigest digest) {
    ObjectNode copy = document.deepCopy();
    copy.withObject("/spec").put("module", digest.toString());
    return new ManifestFile(copy);
  }

  private boolean isTextual(String pointer) {
    return document.at(pointer).isTextual();
  }
}
