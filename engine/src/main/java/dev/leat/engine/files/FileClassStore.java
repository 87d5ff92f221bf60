package dev.leat.engine.files;

import dev.leat.contract.ModuleDigest;
import dev.leat.engine.ClassStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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
  private static final String KEY_FILE = "key";
  private static final String KEY_ALGORITHM = "HmacSHA256";
  private static final int KEY_BYTES = 32;

  private final Path directory;
  private volatile @Nullable SecretKey key;

  public FileClassStore(Path directory) {
    this.directory = directory;
  }

  /** Makes the directory and, at the first start, its key, readable by the owner only. */
  public void start() throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve(KEY_FILE);
    if (!Files.exists(file)) {
      Path unfinished =
          Files.createTempFile(
              directory, "key", ".unfinished", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
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
      Path unfinished = Files.createTempFile(file.getParent(), module.hex(), ".unfinished");
      Files.write(unfinished, compiled);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.warn("Classes cannot be stored module={} cause={}", module, e.toString());
    }
  }

  private Path file(ModuleDigest module, String format) {
    return directory.resolve(format).resolve(module.hex());
  }
}
