package dev.leat.engine.files;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.StoredModule;
import dev.leat.engine.ClassStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled modules in files {@code format/<hex>} of a directory, beside the key that authenticates
 * them. It is a cache: a file that cannot be read or written costs a compilation, no more. Where
 * the key is lost nothing of what it authenticated is of use, and a new one begins without it.
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
    unfinished(directory).forEach(FileClassStore::delete);
    formats().forEach(format -> unfinished(format).forEach(FileClassStore::delete));
    Path file = directory.resolve(KEY_FILE);
    if (!Files.exists(file)) {
      formats().forEach(format -> list(format).forEach(FileClassStore::delete));
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
    Path file = file(module, format);
    Path unfinished = file.resolveSibling(UUID.randomUUID() + UNFINISHED);
    try {
      Files.createDirectories(file.getParent());
      write(unfinished, compiled);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.warn("Classes cannot be stored module={} cause={}", module, e.toString());
      delete(unfinished);
    }
  }

  @Override
  public void delete(ModuleDigest module) {
    formats().forEach(format -> delete(format.resolve(module.hex())));
  }

  @Override
  public List<StoredModule> stored(Optional<ModuleDigest> after, int most) {
    String last = after.map(ModuleDigest::hex).orElse("");
    SortedMap<String, Instant> behind = new TreeMap<>();
    for (Path format : formats()) {
      for (Path file : list(format)) {
        String name = file.getFileName().toString();
        if (name.matches("[0-9a-f]{64}") && name.compareTo(last) > 0) {
          behind.merge(name, savedAt(file), (one, other) -> one.isAfter(other) ? one : other);
        }
      }
    }
    return behind.entrySet().stream()
        .limit(most)
        .map(each ->
            new StoredModule(ModuleDigest.parse("sha256:" + each.getKey()), each.getValue()))
        .toList();
  }

  private static Instant savedAt(Path file) {
    try {
      return Files.getLastModifiedTime(file).toInstant();
    } catch (IOException e) {
      return Instant.MAX; // it was deleted just now
    }
  }

  /** On the disk before it has its name: what a power failure cuts off would look tampered with. */
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

  private List<Path> formats() {
    return list(directory).stream().filter(Files::isDirectory).toList();
  }

  private static List<Path> unfinished(Path directory) {
    return list(directory).stream().filter(file -> file.toString().endsWith(UNFINISHED)).toList();
  }

  private static List<Path> list(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("Stored classes cannot be listed directory={} cause={}", directory, e.toString());
      return List.of();
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("Stored classes cannot be deleted file={} cause={}", file, e.toString());
    }
  }

  private Path file(ModuleDigest module, String format) {
    return directory.resolve(format).resolve(module.hex());
  }
}
