package dev.leat.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A sample function that comes with the command.
 *
 * @param manifest its manifest, which names a file
 * @param module the bytes of that file, not to be changed
 */
record Sample(ManifestFile manifest, byte[] module) {
  /** Loads a sample of this name from the class path. */
  static Sample load(String name) {
    String yaml = new String(resource(name, "leat.yaml"), StandardCharsets.UTF_8);
    ManifestFile manifest = ManifestFile.parse("Sample '" + name + "'", yaml);
    String file = manifest.moduleFile().orElseThrow().normalize().toString();
    return new Sample(manifest, resource(name, file));
  }

  private static byte[] resource(String name, String file) {
    String path = "/dev/leat/samples/" + name + "/" + file;
    try (InputStream in = Sample.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("There is no resource " + path);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read resource " + path, e);
    }
  }
}
