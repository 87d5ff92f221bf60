package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.leat.contract.TenantId;
import dev.leat.engine.CompilerBusy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Loading modules: no tenant waits for another's many. */
@Timeout(60)
final class LoadingThreadsTest {
  private static final TenantId MANY = new TenantId("many");
  private static final TenantId ONE = new TenantId("one");

  private final LoadingThreads threads = new LoadingThreads();
  private final CountDownLatch mayEnd = new CountDownLatch(1);

  @AfterEach
  void stop() {
    mayEnd.countDown();
    threads.close();
  }

  private CompletableFuture<Void> load(TenantId tenant, Runnable work) {
    return CompletableFuture.runAsync(work, task -> threads.execute(tenant, task));
  }

  private void await() {
    try {
      mayEnd.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void execute_anotherTenantHasManySlowOnes_isBegunBesideTheFirst() {
    CompletableFuture<?> slow = load(MANY, this::await);
    for (int i = 0; i < 11; i++) {
      slow = CompletableFuture.allOf(slow, load(MANY, this::await));
    }

    load(ONE, () -> {}).join();

    assertThat(slow).isNotDone();
    mayEnd.countDown();
    slow.join();
  }

  @Test
  void execute_loadThatFails_givesItsPlaceBack() {
    for (int i = 0; i < 5; i++) {
      CompletableFuture<Void> failed =
          load(
              ONE,
              () -> {
                throw new IllegalStateException("broken");
              });
      assertThat(failed.handle((done, failure) -> failure).join()).hasMessageContaining("broken");
    }

    load(ONE, () -> {}).join();
  }

  @Test
  void execute_tooManyOfATenantWait_isBusyForThatTenantAlone() {
    var unused = load(MANY, this::await);
    for (int i = 0; i < LoadingThreads.QUEUED_PER_TENANT; i++) {
      threads.execute(MANY, () -> {});
    }

    assertThatExceptionOfType(CompilerBusy.class)
        .isThrownBy(() -> threads.execute(MANY, () -> {}))
        .withMessage("1000 modules of the tenant wait to be loaded already");
    load(ONE, () -> {}).join();
  }

  @Test
  void execute_closed_isRejected() {
    threads.close();

    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> threads.execute(ONE, () -> {}));
  }
}
