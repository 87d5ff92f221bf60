package dev.leat.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files of the SDKs and templates that come with the command. */
final class SdkFiles {
  private static final String ROOT = "/dev/leat/sdk/";

  private SdkFiles() {}

  /** The files of a folder, by their paths in it; none if there is no such folder. */
  static Map<String, byte[]> of(String folder) {
    URL url = SdkFiles.class.getResource(ROOT + folder);
    if (url == null) {
      return Map.of();
    }
    try {
      URI uri = url.toURI();
      if (!uri.getScheme().equals("jar")) {
        return read(Path.of(uri));
      }
      try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
        return read(jar.getPath(ROOT + folder));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read resource " + url, e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("A resource has a URI", e);
    }
  }

  private static Map<String, byte[]> read(Path folder) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(folder.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
      }
    }
    return files;
  }
}
