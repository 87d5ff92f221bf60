package dev.leat.engine.files;

import dev.leat.contract.ModuleDigest;
import dev.leat.engine.ClassStore;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled modules in files {@code format/<hex>} of a directory, beside the key that authenticates
 * them. It is a cache: a file that cannot be read or written costs a compilation, no more.
 */
public final class FileClassStore implements ClassStore {
  private static final Logger LOG = LoggerFactory.getLogger(FileClassStore.class);
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final String UNFINISHED = ".unfinished";
  private static final String KEY_FILE = "key";
  private static final String KEY_ALGORITHM = "HmacSHA256";
  private static final int KEY_BYTES = 32;

  private final Path directory;
  private volatile @Nullable SecretKey key;

  public FileClassStore(Path directory) {
    this.directory = directory;
  }

  /**
   * Makes the directory and, at the first start, its key, readable by the owner only; removes what
   * an earlier process left unfinished.
   */
  public void start() throws IOException {
    Files.createDirectories(directory);
    for (Path format : formats()) {
      removeUnfinished(format);
    }
    removeUnfinished(directory);
    Path file = directory.resolve(KEY_FILE);
    if (!Files.exists(file)) {
      Path unfinished =
          Files.createTempFile(
              directory, "key", UNFINISHED, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      byte[] fresh = new byte[KEY_BYTES];
      new SecureRandom().nextBytes(fresh);
      Files.write(unfinished, fresh);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }
    key = new SecretKeySpec(Files.readAllBytes(file), KEY_ALGORITHM);
  }

  @Override
  public SecretKey key() {
    return Objects.requireNonNull(key, "the store has not been started");
  }

  @Override
  public Optional<byte[]> load(ModuleDigest module, String format) {
    try {
      return Optional.of(Files.readAllBytes(file(module, format)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.warn("Stored classes cannot be read module={} cause={}", module, e.toString());
      return Optional.empty();
    }
  }

  @Override
  public void save(ModuleDigest module, String format, byte[] compiled) {
    try {
      Path file = file(module, format);
      Files.createDirectories(file.getParent());
      Path unfinished = Files.createTempFile(file.getParent(), module.hex(), UNFINISHED);
      Files.write(unfinished, compiled);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.warn("Classes cannot be stored module={} cause={}", module, e.toString());
    }
  }

  @Override
  public void delete(ModuleDigest module) {
    try {
      for (Path format : formats()) {
        Files.deleteIfExists(format.resolve(module.hex()));
      }
    } catch (IOException e) {
      LOG.warn("Stored classes cannot be deleted module={} cause={}", module, e.toString());
    }
  }

  private static void removeUnfinished(Path directory) throws IOException {
    try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(directory, "*" + UNFINISHED)) {
      for (Path file : unfinished) {
        Files.delete(file);
      }
    }
  }

  private List<Path> formats() throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(Files::isDirectory).toList();
    }
  }

  private Path file(ModuleDigest module, String format) {
    return directory.resolve(format).resolve(module.hex());
  }
}
