package dev.leat.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** A data directory that one node has for itself. The system frees it when the process ends. */
final class DataDirectory implements AutoCloseable {
  private final FileChannel lockFile;

  private DataDirectory(FileChannel lockFile) {
    this.lockFile = lockFile;
  }

  /**
   * Takes the directory, which is made if it is missing.
   *
   * @throws IOException if another node has it, or it cannot be written to
   */
  static DataDirectory claim(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      // The database in it holds the signing key.
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    FileChannel lockFile =
        FileChannel.open(
            directory.resolve("node.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (tryLock(lockFile) == null) {
      lockFile.close();
      throw new IOException(
          "Another node uses the data directory %s. Stop it, or choose another with --data."
              .formatted(directory));
    }
    return new DataDirectory(lockFile);
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // a node of this very process
    }
  }

  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Closing the lock file", e);
    }
  }
}
