package dev.leat.node;

import dev.leat.store.StoreFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.h2.store.fs.FileBase;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * A file system for H2, {@code jdbc:h2:leat:/path}: the usual one, but when the disk is full a
 * database's {@link DiskReserve} is given up, and what was to be written is written. So H2 does not
 * notice: once a write has failed, it can open its file without its last commits.
 */
public final class ReservedFiles extends FilePathWrapper {
  private static final String SCHEME = "leat";

  /** Before the name of a file that may have a reserve. */
  static final String PREFIX = SCHEME + ":";

  /** By the file. Static, since H2 itself makes an object of this class for each path. */
  private static final Map<String, DiskReserve> RESERVES = new ConcurrentHashMap<>();

  /** For H2. */
  public ReservedFiles() {}

  /**
   * From now on gives the reserve to this file, which must not be open yet.
   *
   * @param file how H2 names it in its usual file system
   */
  static void reserve(String file, DiskReserve reserve) {
    FilePath.register(new ReservedFiles());
    RESERVES.put(key(FilePath.get(PREFIX + file)), reserve);
  }

  /** Forgets the reserve. */
  static void release(DiskReserve reserve) {
    RESERVES.values().remove(reserve);
  }

  private static String key(FilePath path) {
    return path.toRealPath().toString();
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    FileChannel file = super.open(mode);
    DiskReserve reserve = RESERVES.get(key(this));
    return reserve == null ? file : new Channel(file, reserve);
  }

  private static final class Channel extends FileBase {
    private final FileChannel file;
    private final DiskReserve reserve;

    Channel(FileChannel file, DiskReserve reserve) {
      this.file = file;
      this.reserve = reserve;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      int written = write(bytes, file.position());
      file.position(file.position() + written);
      return written;
    }

    @Override
    public int write(ByteBuffer bytes, long position) throws IOException {
      int begin = bytes.position();
      withRoom(() -> {
        while (bytes.hasRemaining()) {
          file.write(bytes, position + bytes.position() - begin);
        }
      });
      return bytes.position() - begin;
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      withRoom(() -> file.truncate(size));
      return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
      withRoom(() -> file.force(metaData));
    }

    /** Does this, and once more with the room of the reserve if there was none. */
    private void withRoom(Change change) throws IOException {
      try {
        change.make();
      } catch (IOException e) {
        if (!StoreFailure.isFull(e)) {
          throw e;
        }
        reserve.give();
        again(change);
      }
    }

    private void again(Change change) throws IOException {
      try {
        change.make();
      } catch (IOException e) {
        reserve.spent();
        throw e;
      }
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
    public FileLock tryLock(long position, long size, boolean isShared) throws IOException {
      return file.tryLock(position, size, isShared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      file.close();
    }
  }

  /** Of a file. */
  @FunctionalInterface
  private interface Change {
    void make() throws IOException;
  }
}
