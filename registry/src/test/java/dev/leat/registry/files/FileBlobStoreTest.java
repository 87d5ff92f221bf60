package dev.leat.registry.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.ModuleDigest;
import dev.leat.registry.module.BlobStore;
import dev.leat.registry.module.BlobStoreContract;
import dev.leat.store.StoreFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileBlobStoreTest extends BlobStoreContract {
  @TempDir private Path directory;

  @Test
  void start_removesWhatWasLeftUnfinished() throws IOException {
    Path left = Files.writeString(directory.resolve("a.unfinished"), "half");
    Path other = Files.writeString(directory.resolve("README"), "not ours");

    new FileBlobStore(directory).start();

    assertThat(left).doesNotExist();
    assertThat(other).exists();
  }

  @Test
  void put_noDirectory_failsAndLeavesNothing() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "in the way");
    FileBlobStore store = new FileBlobStore(file);
    byte[] bytes = {1};

    assertThatThrownBy(() -> store.put(ModuleDigest.of(bytes), bytes))
        .isInstanceOf(StoreFailure.class);
    assertThatThrownBy(store::start).isInstanceOf(StoreFailure.class);
    assertThat(file).hasContent("in the way");
  }

  @Override
  protected BlobStore newStore() {
    FileBlobStore store = new FileBlobStore(directory);
    store.start();
    return store;
  }

  @Override
  protected BlobStore reopened() {
    return newStore();
  }

  @Override
  protected void alter(ModuleDigest stored) {
    try {
      Files.writeString(
          directory.resolve(stored.hex().substring(0, 2)).resolve(stored.hex()), "altered");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
