package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskReserveTest {
  private static final long NEEDED = DiskReserve.BYTES + DiskReserve.BESIDE_BYTES;

  @TempDir private Path directory;
  private final AtomicLong now = new AtomicLong();
  private final AtomicInteger given = new AtomicInteger();

  @BeforeEach
  void makeTheDisk() {
    FaultyDisk.register();
  }

  @AfterEach
  void freeTheDisk() {
    FaultyDisk.free(directory);
  }

  @Test
  void start_roomForIt_isThereForItsOwnerOnly() throws Exception {
    DiskReserve reserve = started();

    assertThat(reserve.isHeld()).isTrue();
    assertThat(file()).hasSize(DiskReserve.BYTES);
    assertThat(Files.getPosixFilePermissions(file())).hasSize(2);
    assertThat(given).hasValue(0);
  }

  @Test
  void start_isThereFromBefore_isHeldThoughTheDiskIsFull() {
    started();
    FaultyDisk.setFull(directory, true);

    assertThat(started().isHeld()).isTrue();
  }

  @Test
  void start_wasHalfMadeBefore_isMadeWhole() throws Exception {
    Files.write(file(), new byte[100]);

    assertThat(started().isHeld()).isTrue();
    assertThat(file()).hasSize(DiskReserve.BYTES);
  }

  @Test
  void start_roomForItButNotForMore_leavesNoFile() {
    FaultyDisk.limit(directory, NEEDED - 1);

    assertThat(started().isHeld()).isFalse();
    assertThat(file()).doesNotExist();
    assertThat(given).hasValue(1);
  }

  @Test
  void restore_roomForItAndMore_isMadeAgainButTriedOnceASecond() {
    DiskReserve reserve = started();
    reserve.give();
    reserve.give();
    assertThat(file()).doesNotExist();
    assertThat(given).hasValue(1);
    FaultyDisk.limit(directory, NEEDED - 1);
    reserve.restore();
    assertThat(reserve.isHeld()).isFalse();

    FaultyDisk.limit(directory, NEEDED);
    now.addAndGet(Duration.ofSeconds(1).toNanos() - 1);
    reserve.restore();
    assertThat(reserve.isHeld()).isFalse();
    now.incrementAndGet();
    reserve.restore();
    assertThat(reserve.isHeld()).isTrue();
    assertThat(file()).hasSize(DiskReserve.BYTES);
  }

  private DiskReserve started() {
    DiskReserve reserve =
        new DiskReserve(FaultyDisk.FILES + file(), given::incrementAndGet, now::get);
    reserve.start();
    return reserve;
  }

  private Path file() {
    return directory.resolve(NodeDatabase.RESERVE);
  }
}
