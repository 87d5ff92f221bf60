package dev.leat.store.blob;

import dev.leat.store.StoreFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;

/**
 * Bytes in files {@code ab/abcd...} of a directory, by their names. A file is written under another
 * name and then renamed, so that it is there whole or not at all. The directory belongs to one
 * process.
 */
public final class FileBlobs implements Blobs {
  private static final String UNFINISHED = ".unfinished";
  private static final int SHELF_CHARS = 2;
  private static final byte[] NOTHING = {};

  private final Path directory;

  public FileBlobs(Path directory) {
    this.directory = directory;
  }

  /** Makes the directory, and removes what an earlier process left unfinished. */
  public void start() {
    try {
      Files.createDirectories(directory);
      try (DirectoryStream<Path> unfinished =
          Files.newDirectoryStream(directory, "*" + UNFINISHED)) {
        for (Path file : unfinished) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new StoreFailure("Preparing the blob directory " + directory, false, e);
    }
  }

  /** Whatever its name: a data directory may be moved. */
  @Override
  public String place() {
    return "files";
  }

  @Override
  public void put(String name, byte[] bytes) {
    Path file = file(name);
    Path shelf = directory.resolve(shelf(name));
    Path unfinished = directory.resolve(UUID.randomUUID() + UNFINISHED);
    try {
      Files.createDirectories(shelf);
      write(unfinished, bytes);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      // The names themselves outlive a crash only when their directories are on the disk too.
      force(shelf);
      force(directory);
    } catch (IOException e) {
      throw new StoreFailure("Storing the blob " + name, true, discard(unfinished, e));
    }
  }

  @Override
  public Optional<byte[]> load(String name, int bytesMax) {
    try {
      Path file = file(name);
      return Optional.of(Files.size(file) > bytesMax ? NOTHING : Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new StoreFailure("Loading the blob " + name, true, e);
    }
  }

  @Override
  public void delete(String name) {
    try {
      Files.deleteIfExists(file(name));
    } catch (IOException e) {
      throw new StoreFailure("Deleting the blob " + name, true, e);
    }
  }

  private Path file(String name) {
    return directory.resolve(shelf(name)).resolve(name);
  }

  private static String shelf(String name) {
    return name.substring(0, SHELF_CHARS);
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static IOException discard(Path unfinished, IOException because) {
    try {
      Files.deleteIfExists(unfinished);
    } catch (IOException e) {
      because.addSuppressed(e);
    }
    return because;
  }
}
