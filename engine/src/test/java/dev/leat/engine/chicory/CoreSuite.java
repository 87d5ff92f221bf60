package dev.leat.engine.chicory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * The official WebAssembly core test suite, prebuilt: scripts as JSON commands and the modules that
 * they name, read from the {@code .tar.gz} files of a folder without unpacking them.
 *
 * @param files the content of each, by its name without the folder
 */
record CoreSuite(Map<String, byte[]> files) {
  private static final int BLOCK = 512;
  private static final int NAME_BYTES = 100;
  private static final int SIZE_AT = 124;
  private static final int SIZE_BYTES = 12;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The folder {@code shared/spec} beside this project's root, if it is there. */
  static Optional<Path> folder() {
    return Stream.iterate(Path.of("").toAbsolutePath(), Path::getParent)
        .takeWhile(directory -> directory.getParent() != null)
        .map(directory -> directory.resolveSibling("shared").resolve("spec"))
        .filter(Files::isDirectory)
        .findFirst();
  }

  static CoreSuite read(Path folder) {
    Map<String, byte[]> files = new HashMap<>();
    try (Stream<Path> archives = Files.list(folder)) {
      for (Path archive : archives.filter(file -> file.toString().endsWith(".tar.gz")).toList()) {
        readArchive(archive, files);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new CoreSuite(files);
  }

  /** Entries of a ustar archive: a header block, the content, padded to whole blocks. */
  private static void readArchive(Path archive, Map<String, byte[]> files) throws IOException {
    try (InputStream in =
        new BufferedInputStream(new GZIPInputStream(Files.newInputStream(archive)))) {
      byte[] header = in.readNBytes(BLOCK);
      while (header.length == BLOCK && header[0] != 0) {
        String name = text(header, 0, NAME_BYTES);
        int size = Integer.parseInt(text(header, SIZE_AT, SIZE_BYTES), 8);
        byte[] content = in.readNBytes(size);
        in.skipNBytes(-size & BLOCK - 1);
        files.put(name.substring(name.lastIndexOf('/') + 1), content);
        header = in.readNBytes(BLOCK);
      }
    }
  }

  private static String text(byte[] header, int at, int length) {
    String field = new String(header, at, length, StandardCharsets.US_ASCII);
    int end = field.indexOf(0);
    return (end < 0 ? field : field.substring(0, end)).strip();
  }

  /** The names of the scripts, without their ending, in order. */
  List<String> scripts() {
    return files.keySet().stream()
        .filter(name -> name.endsWith(".json"))
        .map(name -> name.substring(0, name.length() - ".json".length()))
        .sorted()
        .toList();
  }

  /** The script's commands, in order. */
  JsonNode commands(String script) {
    try {
      return JSON.readTree(file(script + ".json")).path("commands");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] file(String name) {
    byte[] content = files.get(name);
    if (content == null) {
      throw new IllegalStateException("The suite has no file " + name);
    }
    return content;
  }
}
