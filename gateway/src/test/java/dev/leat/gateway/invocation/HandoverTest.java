package dev.leat.gateway.invocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HandoverTest {
  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final Gathering invoker = new Gathering();
  private final Handover handover = new Handover(context, invoker);

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void leave_duringOneTurnOfTheEventLoop_isOneGatheringInOrder() throws InterruptedException {
    List<Integer> taken = new ArrayList<>();
    CountDownLatch all = new CountDownLatch(6);

    for (int turn = 0; turn < 2; turn++) {
      int first = turn * 3;
      context.runOnContext(reading -> {
        for (int step = first; step < first + 3; step++) {
          int number = step;
          handover.leave(() -> {
            taken.add(number);
            all.countDown();
          });
        }
      });
    }
    all.await();

    assertThat(taken).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(invoker.gatherings).isBetween(1, 2);
  }

  @Test
  void comeBack_fromManyThreads_takesEachStepOnceOnTheEventLoop() throws InterruptedException {
    int threads = 4;
    int steps = 10_000;
    Set<Integer> taken = ConcurrentHashMap.newKeySet();
    Set<Thread> takenOn = ConcurrentHashMap.newKeySet();
    CountDownLatch all = new CountDownLatch(threads * steps);

    for (int thread = 0; thread < threads; thread++) {
      int first = thread * steps;
      Thread.ofPlatform()
          .start(() -> {
            for (int step = first; step < first + steps; step++) {
              int number = step;
              handover.comeBack(() -> {
                taken.add(number);
                takenOn.add(Thread.currentThread());
                all.countDown();
              });
            }
          });
    }
    all.await();

    assertThat(taken).hasSize(threads * steps);
    assertThat(takenOn).hasSize(1);
  }

  @Test
  void step_thatThrows_keepsNoOtherFromBeingTaken() throws InterruptedException {
    CountDownLatch others = new CountDownLatch(4);
    Runnable failing =
        () -> {
          throw new StackOverflowError("a defect");
        };

    context.runOnContext(reading -> {
      handover.leave(failing);
      handover.leave(others::countDown);
      handover.leave(failing);
      handover.leave(others::countDown);
    });
    for (Runnable step :
        List.<Runnable>of(failing, others::countDown, failing, others::countDown)) {
      handover.comeBack(step);
    }

    others.await();
  }

  /** Counts how often something is invoked together. */
  private static final class Gathering implements Invoker {
    private int gatherings;

    @Override
    public void invoke(Invocation invocation, Callback callback) {}

    @Override
    public void together(Runnable invocations) {
      gatherings++;
      invocations.run();
    }
  }
}
