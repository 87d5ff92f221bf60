package dev.leat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

final class StackRoomTest {
  private final ReentrantLock lock = new ReentrantLock();
  private int overflows;
  private int sections;
  private int left = 5_000;

  @Test
  void lockTakenAtTheEndOfTheStack_isGivenBack() throws InterruptedException {
    Thread deep = new Thread(null, () -> fillTheStack(10_000_000), "deep", 512 << 10);

    deep.start();
    deep.join();

    assertThat(overflows).isPositive();
    assertThat(sections).isPositive();
    assertThat(lock.isLocked()).isFalse();
  }

  private void fillTheStack(int depthMax) {
    try {
      if (depthMax > 0) {
        fillTheStack(depthMax - 1);
      }
    } catch (StackOverflowError e) {
      overflows++;
    }
    if (left-- > 0) { // on the way back, at each depth from the deepest on
      try {
        StackRoom.forALock();
        section();
      } catch (StackOverflowError e) {
        overflows++;
      }
    }
  }

  private void section() {
    lock.lock();
    try {
      sections++;
    } finally {
      lock.unlock();
    }
  }
}
