package dev.leat.scheduler.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.Headers;
import dev.leat.contract.Invocation;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.scheduler.WorkerNode;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Calls while connections break again and again: each ends once, and none that was given back ran.
 */
class BrokenWaysIT {
  private static final int CALLS = 400;
  private static final int CUTS = 5;

  private final Set<String> ran = ConcurrentHashMap.newKeySet();
  private final Set<String> ranTwice = ConcurrentHashMap.newKeySet();

  @Test
  void callsEndOnce_andWhatWasGivenBackDidNotRun() throws Exception {
    Seed seed = Seed.orElse(2026);
    Random random = seed.random();
    List<Sent> sent = new ArrayList<>();
    try (ExecutorService guests = Executors.newFixedThreadPool(8)) {
      try (TwoNodes nodes = new TwoNodes()) {
        nodes.worker.onCall =
            call -> {
              call.endWhenCancelled();
              guests.execute(() -> run(call));
            };
        WorkerNode there = nodes.there();
        for (int i = 0; i < CALLS; i++) {
          Cancellation cancellation = new Cancellation();
          Sent call = new Sent("call-" + i, new Ending());
          sent.add(call);
          there.invoke(invocation(call.id, random, cancellation), call.ending);
          if (random.nextInt(10) == 0) {
            cancellation.cancel();
          }
          if (i % (CALLS / CUTS) == CALLS / CUTS - 1) {
            Eventually.holds("some ran", () -> !ran.isEmpty());
            nodes.proxy.cut();
            nodes.proxy.mend();
            nodes.there();
          }
        }

        for (Sent call : sent) {
          Outcome outcome = call.ending.get();
          if (outcome.equals(new Outcome.WorkerLost(false))) {
            assertThat(ran).as("%s, %s", call.id, seed).doesNotContain(call.id);
          }
        }
        nodes.isEmpty();
      }
      // Only now: what has ended here may have been on its way there until the nodes were closed.
      guests.shutdown();
      assertThat(guests.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }
    for (Sent call : sent) {
      assertThat(call.ending.times()).as("%s, %s", call.id, seed).isEqualTo(1);
      if (call.ending.get().equals(new Outcome.WorkerLost(false))) {
        assertThat(ran).as("%s later, %s", call.id, seed).doesNotContain(call.id);
      }
    }
    assertThat(ranTwice).as(seed.toString()).isEmpty();
  }

  private record Sent(String id, Ending ending) {}

  private static Invocation invocation(String id, Random random, Cancellation cancellation) {
    byte[] body = new byte[random.nextInt(20) == 0 ? random.nextInt(200_000) : 100];
    Invocation like = TwoNodes.invocation(TwoNodes.VERSION, body, cancellation);
    return new Invocation(
        id, like.target(), like.input(), like.origin(), like.deadlineNanos(), null, cancellation);
  }

  /** Runs some at once, and others when they were told to wait. */
  private void run(StagedWorker.Call call) {
    String id = call.invocation.id();
    if (id.hashCode() % 3 == 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(8)); // a guest that is busy with others
    }
    if (call.begins()) {
      if (!ran.add(id)) {
        ranTwice.add(id);
      }
      byte[] answer = new byte[id.hashCode() % 11 == 0 ? 100_000 : 10];
      call.end(new Outcome.Responded(200, Headers.NONE, answer, Usage.NONE));
    }
  }
}
