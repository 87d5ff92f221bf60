package dev.leat.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A data directory that one node has for itself. The system frees it when the process ends. Other
 * users of the machine can read nothing of the node's in it; the directory itself is closed to them
 * if it was made here, since one that was there may hold more than the node's.
 */
final class DataDirectory implements AutoCloseable {
  /** Written when a node has started for the first time. */
  static final String OPERATOR_TOKEN = "operator.token";

  private final Path directory;
  private @Nullable FileChannel lockFile;

  DataDirectory(Path directory) {
    this.directory = directory;
  }

  /** Where compiled modules are kept. */
  Path classes() {
    return directory.resolve("classes");
  }

  /** Where modules are kept. */
  Path blobs() {
    return directory.resolve("blobs");
  }

  /** Where large bodies of calls that are run later are kept. */
  Path bodies() {
    return directory.resolve("bodies");
  }

  Path databases() {
    return directory.resolve("databases");
  }

  /** The file with a token that may do everything. */
  Path operatorToken() {
    return directory.resolve(OPERATOR_TOKEN);
  }

  /** The file with the key of secrets, where none is configured. */
  Path encryptionKeys() {
    return directory.resolve("encryption.keys");
  }

  /**
   * Takes the directory, which is made if it is missing, with those in it.
   *
   * @throws IOException if another node has it, or it cannot be used; the message says what to do
   */
  void claim() throws IOException {
    make(directory);
    lockFile = lock();
    try {
      make(blobs());
      make(bodies());
      make(classes());
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private void make(Path needed) throws IOException {
    try {
      if (!needed.equals(directory) || !Files.isDirectory(directory)) {
        OwnerOnly.directory(needed);
      }
    } catch (IOException e) {
      throw unusable(needed, e);
    }
  }

  private FileChannel lock() throws IOException {
    Path file = directory.resolve("node.lock");
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw unusable(file, e);
    }
    if (tryLock(channel) == null) {
      channel.close();
      throw new IOException(
          "Another node uses the data directory %s. Stop it, or choose another with --data."
              .formatted(directory));
    }
    return channel;
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // a node of this very process
    }
  }

  private static IOException unusable(Path path, IOException e) {
    return new IOException(
        "%s cannot be used: %s. Mend that, or choose another directory with --data."
            .formatted(path, Cause.words(e)),
        e);
  }

  @Override
  public void close() {
    try {
      if (lockFile != null) {
        lockFile.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Closing the lock file", e);
    }
  }
}
