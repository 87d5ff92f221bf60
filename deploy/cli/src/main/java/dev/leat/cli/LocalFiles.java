package dev.leat.cli;

import dev.leat.registry.function.ManifestReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/** Files of the user, with errors that say which file and why. */
final class LocalFiles {
  /** The longest manifest; signatures, keys, tokens and profiles are shorter. */
  static final int TEXT_BYTES_MAX = ManifestReader.MANIFEST_BYTES_MAX;

  private static final Set<StandardOpenOption> NEW_FILE =
      Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);

  private LocalFiles() {}

  static byte[] read(Path file, int bytesMax) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(bytesMax + 1);
      if (bytes.length > bytesMax) {
        throw Failure.refused(
            "File '" + file + "' is too large: at most " + bytesMax + " bytes are allowed");
      }
      return bytes;
    } catch (IOException e) {
      throw failure("read", file, e);
    }
  }

  static String readText(Path file) {
    return new String(read(file, TEXT_BYTES_MAX), StandardCharsets.UTF_8);
  }

  static void write(Path file, byte[] content) {
    try {
      Files.write(file, content);
    } catch (IOException e) {
      throw failure("write", file, e);
    }
  }

  /**
   * Writes, or replaces in one step, a file that nobody else may read; makes its directory so too.
   */
  static void writePrivate(Path file, byte[] content) {
    try {
      Path directory = privateDirectoryOf(file);
      Path temporary =
          Files.createTempFile(directory, ".leat-", ".tmp", permissions(directory, "rw-------"));
      try {
        Files.write(temporary, content);
        Files.move(
            temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw failure("write", file, e);
    }
  }

  /** As {@link #writePrivate}, but fails if there is such a file already. */
  static void createPrivate(Path file, byte[] content) {
    try {
      FileAttribute<?>[] permissions = permissions(privateDirectoryOf(file), "rw-------");
      try (OutputStream out =
          Channels.newOutputStream(Files.newByteChannel(file, NEW_FILE, permissions))) {
        out.write(content);
      }
    } catch (IOException e) {
      throw failure("write", file, e);
    }
  }

  /** The file's directory, made for its owner alone if there is none. */
  private static Path privateDirectoryOf(Path file) throws IOException {
    Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file");
    if (!Files.isDirectory(directory)) {
      Path parent = Objects.requireNonNull(directory.getParent(), "a directory");
      Files.createDirectories(parent);
      Files.createDirectory(directory, permissions(parent, "rwx------"));
    }
    return directory;
  }

  private static FileAttribute<?>[] permissions(Path near, String permissions) throws IOException {
    return Files.getFileStore(near).supportsFileAttributeView("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  /** What to say when a file could not be read or written. */
  static Failure failure(String verb, Path file, IOException e) {
    String why =
        switch (e) {
          case NoSuchFileException _ -> "it does not exist";
          case FileAlreadyExistsException _ -> "it exists already";
          case AccessDeniedException _ -> "access is denied";
          default -> String.valueOf(e.getMessage());
        };
    Failure failure = Failure.refused("Cannot " + verb + " file '" + file + "': " + why);
    failure.initCause(e);
    return failure;
  }
}
