package dev.leat.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.function.LongSupplier;
import org.h2.store.fs.FilePath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Room on the disk of an embedded database: a file that is deleted when the disk is full, so that
 * what is being written can be written to its end. It is made again when there is room for it, and
 * for more. Safe for several threads.
 */
final class DiskReserve {
  /** Many times what the transactions of all connections write at once. */
  static final int BYTES = 32 << 20;

  /** What must be free beside it, else the next write would take it again. */
  static final int BESIDE_BYTES = 16 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(DiskReserve.class);
  private static final Duration TRIED_EVERY = Duration.ofSeconds(1);
  private static final int PIECE_BYTES = 1 << 20;

  private final FilePath file;
  private final Runnable given;
  private final LongSupplier nanoTime;
  private volatile State state = State.HELD;
  private long triedNanos;

  /**
   * Does nothing yet.
   *
   * @param file how H2 names it
   * @param given told that it was given up, or could not be made; must not block
   */
  DiskReserve(String file, Runnable given, LongSupplier nanoTime) {
    this.file = FilePath.get(file);
    this.given = given;
    this.nanoTime = nanoTime;
    this.triedNanos = nanoTime.getAsLong() - TRIED_EVERY.toNanos();
  }

  /** Makes it, unless it is there from before, and warns if there is no room for it. */
  synchronized void start() {
    if (isWhole()) {
      return;
    }
    triedNanos = nanoTime.getAsLong();
    if (!make()) {
      full(State.MISSING, "The disk of the database has no room for its reserve");
    }
  }

  /** Whether it is there, as it should be: then the database may be written. Blocks never. */
  boolean isHeld() {
    return state == State.HELD;
  }

  /** Whether there was no room for it at the start, nor since. Blocks never. */
  boolean isMissing() {
    return state == State.MISSING;
  }

  /** Whether the database was not written whole, even so, and has closed itself. Blocks never. */
  boolean isSpent() {
    return state == State.SPENT;
  }

  /** Gives its room to the database, whose write failed since there was none. */
  synchronized void give() {
    if (state == State.HELD || state == State.MISSING) {
      full(State.GIVEN, "The disk of the database is full");
    }
    file.delete();
  }

  /** Notes that a write failed when it was given already. */
  synchronized void spent() {
    state = State.SPENT;
  }

  private void full(State found, String what) {
    state = found;
    LOG.warn(
        "{}: nothing is written to the database until there is room again. Free some, or make the"
            + " disk larger reserve={} needed={}MiB",
        what,
        file,
        (BYTES + BESIDE_BYTES) >> 20);
    given.run();
  }

  /** Makes it again if there is room, and if this was not tried within the last second. */
  synchronized void restore() {
    if (isHeld() || nanoTime.getAsLong() - triedNanos < TRIED_EVERY.toNanos()) {
      return;
    }
    triedNanos = nanoTime.getAsLong();
    if (make()) {
      LOG.info("The disk of the database has room again reserve={}", file);
      state = State.HELD;
    }
  }

  private boolean isWhole() {
    return file.exists() && file.size() == BYTES;
  }

  /** First looks for room, so as not to take the last of it from others for a moment. */
  private boolean make() {
    try {
      Path place = Path.of(file.unwrap().toString());
      file.delete();
      OwnerOnly.file(place);
      if (Files.getFileStore(place).getUsableSpace() >= BYTES + BESIDE_BYTES) {
        fill();
        return true;
      }
    } catch (IOException e) {
      LOG.debug("No reserve is made file={}", file, e);
    }
    file.delete();
    return false;
  }

  /** By bytes that no file system leaves out or makes smaller; at first with those beside it. */
  private void fill() throws IOException {
    byte[] piece = new byte[PIECE_BYTES];
    new Random(1).nextBytes(piece);
    try (FileChannel channel = file.open("rw")) {
      for (long at = 0; at < BYTES + BESIDE_BYTES; at += PIECE_BYTES) {
        ByteBuffer rest = ByteBuffer.wrap(piece);
        while (rest.hasRemaining()) {
          channel.write(rest, at + rest.position());
        }
      }
      channel.truncate(BYTES);
    }
  }

  private enum State {
    HELD,
    MISSING,
    GIVEN,
    SPENT
  }
}
