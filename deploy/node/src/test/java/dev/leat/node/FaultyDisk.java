package dev.leat.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.h2.store.fs.FileBase;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * A file system for H2, {@code jdbc:h2:faulty:/path}: the usual one until it is full. Then nothing
 * can be written.
 */
public final class FaultyDisk extends FilePathWrapper {
  private static final Set<String> FULL = ConcurrentHashMap.newKeySet();

  /** For H2, which makes one for each path. */
  public FaultyDisk() {}

  /** A database in such a file. */
  static DatabaseConfig database(Path directory) {
    FilePath.register(new FaultyDisk());
    DatabaseConfig embedded = DatabaseConfig.embedded(directory);
    return new DatabaseConfig(
        embedded.url().replace("jdbc:h2:file:", "jdbc:h2:faulty:"),
        embedded.user(),
        embedded.password(),
        embedded.poolSize());
  }

  /** Whether the disk is full for the files of this directory. */
  static void setFull(Path directory, boolean isFull) {
    if (isFull) {
      FULL.add(directory.toString());
    } else {
      FULL.remove(directory.toString());
    }
  }

  @Override
  public String getScheme() {
    return "faulty";
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

    private void requireRoom() throws IOException {
      if (FULL.stream().anyMatch(path::contains)) {
        throw new IOException("No space left on device");
      }
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      requireRoom();
      return file.write(bytes);
    }

    @Override
    public int write(ByteBuffer bytes, long position) throws IOException {
      requireRoom();
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
