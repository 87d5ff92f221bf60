package dev.leat.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.h2.store.fs.FileBase;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * A file system for H2, {@code jdbc:h2:faulty:/path}: the usual one until it is full. Then nothing
 * can be written, or nothing beyond the room that its files have.
 */
public final class FaultyDisk extends FilePathWrapper {
  /** How H2 names it. */
  static final String FILES = "faulty:";

  private static final Set<String> FULL = ConcurrentHashMap.newKeySet();

  /** By the directory, in bytes. */
  private static final Map<Path, Long> ROOM = new ConcurrentHashMap<>();

  /** For H2, which makes one for each path. */
  public FaultyDisk() {}

  /** A database in such a file. */
  static DatabaseConfig database(Path directory) {
    register();
    DatabaseConfig embedded = DatabaseConfig.embedded(directory);
    return new DatabaseConfig(
        embedded.url().replace("jdbc:h2:file:", "jdbc:h2:" + FILES),
        embedded.user(),
        embedded.password(),
        embedded.poolSize());
  }

  /** From now on H2 knows it. */
  static void register() {
    FilePath.register(new FaultyDisk());
  }

  /** Whether the disk is full for the files of this directory. */
  static void setFull(Path directory, boolean isFull) {
    if (isFull) {
      FULL.add(directory.toString());
    } else {
      FULL.remove(directory.toString());
    }
  }

  /** Takes all that was said of this directory back. */
  static void free(Path directory) {
    setFull(directory, false);
    ROOM.remove(directory);
  }

  /** From now on the files of this directory have no more room than those bytes, all together. */
  static void limit(Path directory, long bytes) {
    ROOM.put(directory, bytes);
  }

  /** What the files of the directory take, in bytes. */
  static long used(Path directory) throws IOException {
    long bytes = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  @Override
  public String getScheme() {
    return FILES.substring(0, FILES.length() - 1);
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    return new Channel(super.open(mode), toString());
  }

  private static final class Channel extends FileBase {
    private final FileChannel file;
    private final String path;

    Channel(FileChannel file, String path) {
      this.file = file;
      this.path = path;
    }

    private void requireRoom(long end) throws IOException {
      if (FULL.stream().anyMatch(path::contains) || isBeyondTheRoom(end)) {
        throw new IOException("No space left on device");
      }
    }

    private boolean isBeyondTheRoom(long end) throws IOException {
      Path directory = Path.of(path.substring(FILES.length())).getParent();
      Long room = directory == null ? null : ROOM.get(directory);
      return room != null
          && directory != null
          && end > file.size()
          && used(directory) + end - file.size() > room;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      requireRoom(file.position() + bytes.remaining());
      return file.write(bytes);
    }

    @Override
    public int write(ByteBuffer bytes, long position) throws IOException {
      requireRoom(position + bytes.remaining());
      return file.write(bytes, position);
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
      return file.read(to);
    }

    @Override
    public int read(ByteBuffer to, long position) throws IOException {
      return file.read(to, position);
    }

    @Override
    public long position() throws IOException {
      return file.position();
    }

    @Override
    public FileChannel position(long to) throws IOException {
      file.position(to);
      return this;
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      file.truncate(size);
      return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
      file.force(metaData);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean isShared) throws IOException {
      return file.tryLock(position, size, isShared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      file.close();
    }
  }
}
