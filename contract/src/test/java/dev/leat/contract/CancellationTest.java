package dev.leat.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class CancellationTest {
  private final Cancellation cancellation = new Cancellation();
  private final List<String> told = new ArrayList<>();

  @Test
  void onCancel_isRunOnceByCancel() {
    cancellation.onCancel(() -> told.add("first"));
    cancellation.onCancel(() -> told.add("second"));
    assertThat(told).isEmpty();

    cancellation.cancel();
    cancellation.cancel();

    assertThat(told).containsExactly("first", "second");
    assertThat(cancellation.isCancelled()).isTrue();
  }

  @Test
  void onCancel_whenCancelledAlready_isRunAtOnce() {
    cancellation.cancel();

    cancellation.onCancel(() -> told.add("late"));

    assertThat(told).containsExactly("late");
  }

  @Test
  void forget_leavesTheOthers() {
    Runnable first = () -> told.add("first");
    cancellation.onCancel(first);
    cancellation.onCancel(() -> told.add("second"));

    cancellation.forget(first);
    cancellation.cancel();

    assertThat(told).containsExactly("second");
  }

  @Test
  void onCancel_beforeAndAfterAndWhile_isRunOnceEach() throws InterruptedException {
    for (int round = 0; round < 200; round++) {
      Cancellation raced = new Cancellation();
      AtomicInteger runs = new AtomicInteger();
      Thread canceller = Thread.ofPlatform().start(raced::cancel);
      for (int i = 0; i < 20; i++) {
        raced.onCancel(runs::incrementAndGet);
      }
      canceller.join();

      assertThat(runs).hasValue(20);
    }
  }
}
