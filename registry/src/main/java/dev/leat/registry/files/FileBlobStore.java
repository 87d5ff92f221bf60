package dev.leat.registry.files;

import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.StoredModule;
import dev.leat.registry.module.BlobStore;
import dev.leat.registry.module.DigestCheck;
import dev.leat.store.StoreFailure;
import dev.leat.store.blob.FileBlobs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Modules' bytes in {@linkplain FileBlobs files} of a directory, named by the digest's hexadecimal
 * digits. The directory belongs to one process.
 */
public final class FileBlobStore implements BlobStore {
  private final Path directory;
  private final FileBlobs files;

  public FileBlobStore(Path directory) {
    this.directory = directory;
    this.files = new FileBlobs(directory);
  }

  /** Makes the directory, and removes what an earlier process left unfinished. */
  public void start() {
    files.start();
  }

  @Override
  public void put(ModuleDigest digest, byte[] bytes) {
    DigestCheck.require(digest, bytes);
    files.put(digest.hex(), bytes);
  }

  @Override
  public Optional<byte[]> load(ModuleDigest digest) {
    return files
        .load(digest.hex(), Limits.MODULE_BYTES_MAX)
        .map(stored -> DigestCheck.checked(digest, stored));
  }

  @Override
  public void delete(ModuleDigest digest) {
    files.delete(digest.hex());
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
}
