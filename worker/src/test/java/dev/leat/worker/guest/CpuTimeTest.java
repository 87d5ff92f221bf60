package dev.leat.worker.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class CpuTimeTest {
  private static final long MILLI = Duration.ofMillis(1).toNanos();

  @Test
  void used_ofABriefCall_isItsTimeOnTheWall_andNoMoreThanABriefCallMayHave() {
    long began = System.nanoTime();
    CpuTime time = new CpuTime(began);

    assertThat(time.usedNanos(began)).isZero();
    assertThat(time.usedNanos(began + 7_000)).isEqualTo(7_000);
    assertThat(time.usedNanos(began + 40 * MILLI)).isEqualTo(CpuTime.BRIEF_NANOS);
    assertThat(time.usedNanos(began - MILLI)).as("clocks of two processors").isZero();
  }

  @Test
  void used_onceMeasured_isTheThreadsOwn_withoutItsWaits() {
    CpuTime time = CpuTime.begin();
    time.measure();
    long before = cpu();

    spin(20 * MILLI);
    LockSupport.parkNanos(50 * MILLI);
    time.measure(); // once counts

    long used = time.usedNanos(System.nanoTime());
    assertThat(used)
        .isBetween(cpu() - before - 5 * MILLI, cpu() - before + CpuTime.BRIEF_NANOS + MILLI)
        .isGreaterThanOrEqualTo(20 * MILLI);
  }

  private static void spin(long nanos) {
    long until = cpu() + nanos;
    while (cpu() < until) {
      Thread.onSpinWait();
    }
  }

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
