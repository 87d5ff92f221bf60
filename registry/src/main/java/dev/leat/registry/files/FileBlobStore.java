package dev.leat.registry.files;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.StoredModule;
import dev.leat.registry.module.BlobStore;
import dev.leat.registry.module.DigestCheck;
import dev.leat.store.StoreFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Modules' bytes in files {@code ab/abcd...} of a directory, named by the digest's hexadecimal
 * digits. A file is written under another name and then renamed, so that it is there whole or not
 * at all. The directory belongs to one process.
 */
public final class FileBlobStore implements BlobStore {
  private static final String UNFINISHED = ".unfinished";

  private final Path directory;

  public FileBlobStore(Path directory) {
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

  @Override
  public void put(ModuleDigest digest, byte[] bytes) {
    DigestCheck.require(digest, bytes);
    Path shelf = shelf(digest);
    Path unfinished = directory.resolve(UUID.randomUUID() + UNFINISHED);
    try {
      Files.createDirectories(shelf);
      write(unfinished, bytes);
      Files.move(unfinished, file(digest), StandardCopyOption.ATOMIC_MOVE);
      // The names themselves outlive a crash only when their directories are on the disk too.
      force(shelf);
      force(directory);
    } catch (IOException e) {
      throw new StoreFailure("Storing the module " + digest, true, discard(unfinished, e));
    }
  }

  @Override
  public Optional<byte[]> load(ModuleDigest digest) {
    byte[] stored;
    try {
      stored = Files.readAllBytes(file(digest));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new StoreFailure("Loading the module " + digest, true, e);
    }
    return Optional.of(DigestCheck.checked(digest, stored));
  }

  @Override
  public void delete(ModuleDigest digest) {
    try {
      Files.deleteIfExists(file(digest));
    } catch (IOException e) {
      throw new StoreFailure("Deleting the module " + digest, true, e);
    }
  }

  @Override
  public List<StoredModule> stored(Optional<ModuleDigest> after, int most) {
    String last = after.map(ModuleDigest::hex).orElse("");
    List<StoredModule> stored = new ArrayList<>();
    try {
      for (Path shelf :
          sorted(directory, "[0-9a-f]{2}", last.substring(0, Math.min(2, last.length())))) {
        for (Path file : sorted(shelf, "[0-9a-f]{64}", last)) {
          if (stored.size() == most) {
            return stored;
          }
          if (!file.getFileName().toString().equals(last)) {
            stored.add(
                new StoredModule(
                    ModuleDigest.parse("sha256:" + file.getFileName()),
                    Files.getLastModifiedTime(file).toInstant()));
          }
        }
      }
      return stored;
    } catch (NoSuchFileException e) {
      return stored(after, most); // one was deleted meanwhile
    } catch (IOException e) {
      throw new StoreFailure("Listing the blob directory " + directory, true, e);
    }
  }

  /** The entries whose names are of this form, from one on. */
  private static List<Path> sorted(Path directory, String form, String from) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .filter(entry -> {
            String name = entry.getFileName().toString();
            return name.matches(form) && name.compareTo(from) >= 0;
          })
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Path file(ModuleDigest digest) {
    return shelf(digest).resolve(digest.hex());
  }

  private Path shelf(ModuleDigest digest) {
    return directory.resolve(digest.hex().substring(0, 2));
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
