package dev.leat.failures.rig;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file system of few megabytes, in memory, that can be filled up and given room again. Needs
 * Linux and root. Confined to one thread.
 */
public final class SmallDisk implements AutoCloseable {
  /** Whoever lacks room writes less than this at once, so that nothing fits any more. */
  private static final int PAGE = 4_096;

  private final Path directory;

  private SmallDisk(Path directory) {
    this.directory = directory;
  }

  /** Why none can be made at this place; empty if one can. */
  public static String missing(Path place) {
    try {
      mount(place, 1).close();
      return "";
    } catch (IllegalStateException | UncheckedIOException e) {
      return "needs Linux and root, to mount a file system (" + e.getMessage() + ")";
    }
  }

  /**
   * Mounts one.
   *
   * @param directory where it is seen; made
   */
  public static SmallDisk mount(Path directory, int megabytes) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Command.run(
        "mount",
        "-t",
        "tmpfs",
        "-o",
        "mode=700,size=" + megabytes + "m",
        "leat-small-disk",
        directory.toString());
    return new SmallDisk(directory);
  }

  /** Writes until nothing fits any more. */
  public void fill() {
    byte[] page = new byte[PAGE];
    try (OutputStream ballast = Files.newOutputStream(ballast())) {
      while (true) {
        ballast.write(page);
      }
    } catch (IOException e) {
      // No space is left, as was wanted.
    }
  }

  /** Gives the room back. */
  public void free() {
    try {
      Files.deleteIfExists(ballast());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path ballast() {
    return directory.resolve("ballast");
  }

  @Override
  public void close() {
    Command.run("umount", directory.toString());
  }
}
