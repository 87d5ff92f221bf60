package dev.leat.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a node's files and directories from other users of the machine. */
final class OwnerOnly {
  private static final Logger LOG = LoggerFactory.getLogger(OwnerOnly.class);
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private OwnerOnly() {}

  /** Makes an empty file where there is none, and closes one that is open to others. */
  static void file(Path file) throws IOException {
    if (Files.exists(file)) {
      close(file, FILE);
    } else {
      Files.createFile(file, PosixFilePermissions.asFileAttribute(FILE));
    }
  }

  /** Makes a directory, with those above it, and closes one that is open to others. */
  static void directory(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      close(directory, DIRECTORY);
    } else {
      Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(DIRECTORY));
    }
  }

  private static void close(Path path, Set<PosixFilePermission> permissions) throws IOException {
    Set<PosixFilePermission> found = Files.getPosixFilePermissions(path);
    if (!permissions.containsAll(found)) {
      Files.setPosixFilePermissions(path, permissions);
      LOG.warn(
          "Others could read what is the node's own; now its owner alone can path={} was={}",
          path,
          PosixFilePermissions.toString(found));
    }
  }
}
