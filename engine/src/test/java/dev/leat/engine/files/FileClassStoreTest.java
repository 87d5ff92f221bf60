package dev.leat.engine.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.ModuleDigest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileClassStoreTest {
  private static final ModuleDigest MODULE = new ModuleDigest("a".repeat(64));

  @TempDir Path directory;

  @Test
  void load_afterSave_givesTheSameBytesUnderThatFormatOnly() {
    FileClassStore store = new FileClassStore(directory);

    store.save(MODULE, "one", new byte[] {1, 2, 3});

    assertThat(store.load(MODULE, "one")).hasValue(new byte[] {1, 2, 3});
    assertThat(store.load(MODULE, "two")).isEmpty();
  }

  @Test
  void save_whereNothingCanBeWritten_isAMissAndNoError() throws IOException {
    FileClassStore store = new FileClassStore(Files.createFile(directory.resolve("file")));

    store.save(MODULE, "one", new byte[] {1});

    assertThat(store.load(MODULE, "one")).isEmpty();
  }

  @Test
  void delete_removesTheModulesClassesOfEveryFormat() {
    ModuleDigest other = new ModuleDigest("b".repeat(64));
    FileClassStore store = new FileClassStore(directory);
    store.save(MODULE, "one", new byte[] {1});
    store.save(MODULE, "two", new byte[] {2});
    store.save(other, "one", new byte[] {3});

    store.delete(MODULE);
    store.delete(MODULE);

    assertThat(store.load(MODULE, "one")).isEmpty();
    assertThat(store.load(MODULE, "two")).isEmpty();
    assertThat(store.load(other, "one")).hasValue(new byte[] {3});
  }

  @Test
  void delete_whereNothingCanBeRead_isNoError() throws IOException {
    new FileClassStore(Files.createFile(directory.resolve("file"))).delete(MODULE);
  }

  @Test
  void start_removesWhatAnEarlierProcessLeftUnfinished() throws IOException {
    FileClassStore store = new FileClassStore(directory);
    store.start();
    store.save(MODULE, "one", new byte[] {1});
    Path unfinished = Files.createFile(directory.resolve("one").resolve("x.unfinished"));
    Path key = Files.createFile(directory.resolve("key7.unfinished"));

    store.start();

    assertThat(unfinished).doesNotExist();
    assertThat(key).doesNotExist();
    assertThat(store.load(MODULE, "one")).hasValue(new byte[] {1});
  }

  @Test
  void start_withAnotherKey_beginsEmpty() throws IOException {
    FileClassStore store = new FileClassStore(directory);
    store.start();
    store.save(MODULE, "one", new byte[] {1});
    Files.delete(directory.resolve("key"));

    store.start();

    assertThat(store.load(MODULE, "one")).isEmpty();
  }

  @Test
  void save_thatFails_leavesNothingUnfinished() throws IOException {
    FileClassStore store = new FileClassStore(directory);
    Files.createDirectories(directory.resolve("one").resolve(MODULE.hex()).resolve("in the way"));

    store.save(MODULE, "one", new byte[] {1});
    store.delete(MODULE);

    assertThat(store.load(MODULE, "one")).isEmpty();
    try (Stream<Path> files = Files.list(directory.resolve("one"))) {
      assertThat(files).containsExactly(directory.resolve("one").resolve(MODULE.hex()));
    }
  }

  @Test
  void start_makesOneKey_readableByTheOwnerOnly() throws IOException {
    FileClassStore first = new FileClassStore(directory);
    FileClassStore second = new FileClassStore(directory);
    first.start();
    second.start();

    assertThat(second.key()).isEqualTo(first.key());
    assertThat(Files.getPosixFilePermissions(directory.resolve("key")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }
}
