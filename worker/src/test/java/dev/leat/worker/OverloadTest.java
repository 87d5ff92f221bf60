package dev.leat.worker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.TenantId;
import dev.leat.testkit.Seed;
import dev.leat.testkit.WasmBuilder;
import dev.leat.worker.InstancePool.Entry;
import dev.leat.worker.InstancePoolTest.KeptGuest;
import dev.leat.worker.TenantQueues.Job;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Open-loop load on the queues of a worker, simulated: time is a number, calls come by chance and
 * take by chance, and nobody waits for an answer before the next comes.
 */
final class OverloadTest {
  private static final Seed SEED = Seed.orElse(14);
  private static final int PLACES = 8;
  private static final long CALL = Duration.ofMillis(5).toNanos();
  private static final long RUN = Duration.ofSeconds(20).toNanos();
  private static final double CAPACITY = (double) PLACES / CALL;

  private long now;

  /** A call that comes, and how long it will take. */
  private record Call(long arrivedNanos, long takes) implements InstancePool.Job, Runnable {
    @Override
    public void run() {
      throw new UnsupportedOperationException("Simulated calls do not run");
    }
  }

  private record End(long atNanos, long startedNanos, Call call, @Nullable Job job) {}

  /** What became of a load: how long those took that were served, from their arrival. */
  private record Result(List<Long> nanos, int refused) {
    long p99() {
      List<Long> sorted = nanos.stream().sorted().toList();
      return sorted.get(sorted.size() * 99 / 100);
    }
  }

  @Test
  void pool_atFiveTimesItsCapacity_servesAsMany_andAsSoon() {
    Result full = simulate(new OfPool(), 1);
    Result over = simulate(new OfPool(), 5);

    assertThat(over.nanos.size()).as("%s", SEED).isGreaterThan(full.nanos.size() * 9 / 10);
    assertThat(over.p99()).as("%s", SEED).isLessThan(3 * full.p99());
    assertThat(over.refused).isGreaterThan(3 * full.nanos.size());
  }

  @Test
  void threads_atFiveTimesTheirCapacity_serveAsMany_andAsSoon() {
    Result full = simulate(new OfThreads(), 1);
    Result over = simulate(new OfThreads(), 5);

    assertThat(over.nanos.size()).as("%s", SEED).isGreaterThan(full.nanos.size() * 9 / 10);
    assertThat(over.p99()).as("%s", SEED).isLessThan(3 * full.p99());
  }

  @Test
  void slightlyAboveCapacity_isServedNearlyAll() {
    Result over = simulate(new OfPool(), 1.1);

    assertThat(over.nanos.size()).as("%s", SEED).isGreaterThan((int) (0.95 * CAPACITY * RUN));
  }

  @Test
  void belowCapacity_nobodyIsRefused() {
    assertThat(simulate(new OfPool(), 0.8).refused).as("%s", SEED).isZero();
    assertThat(simulate(new OfThreads(), 0.8).refused).as("%s", SEED).isZero();
  }

  /** They take 0.6 s, and half a second of other calls at half of the capacity besides. */
  @Test
  void burst_isServed() {
    OfPool queue = new OfPool();
    for (int i = 0; i < 900; i++) {
      queue.come(new Call(now, CALL));
    }

    Result result = simulate(queue, 0.5);

    assertThat(result.refused).isZero();
  }

  /** One tenant's five-fold overload costs another that asks for little nothing. */
  @Test
  void otherTenant_isServedAllTheSame() {
    OfThreads queue = new OfThreads();
    Random random = SEED.random();
    TenantId other = new TenantId("other");
    List<Long> waited = new ArrayList<>();
    queue.onBegin =
        (tenant, call) -> {
          if (tenant.equals(other)) {
            waited.add(now - call.arrivedNanos);
          }
        };
    queue.beside =
        () -> {
          if (random.nextInt(100) == 0) {
            queue.come(other, new Call(now, CALL));
          }
        };

    Result result = simulate(queue, 5);

    assertThat(result.refused).isPositive();
    assertThat(waited).hasSizeGreaterThan(500);
    assertThat(waited.stream().filter(nanos -> nanos > 2 * CALL).count())
        .as("%s", SEED)
        .isLessThan(waited.size() / 50);
  }

  /** A queue with its places, as the simulation sees it. */
  private abstract class Queue {
    final PriorityQueue<End> running = new PriorityQueue<>(Comparator.comparingLong(End::atNanos));
    final List<Long> served = new ArrayList<>();
    int refused;
    Runnable beside = () -> {};

    abstract void come(Call call);

    abstract void leave(End end);

    abstract void shed();

    void begin(Call call, @Nullable Job job) {
      running.add(new End(now + call.takes, now, call, job));
    }
  }

  private final class OfPool extends Queue {
    private final InstancePool pool =
        new InstancePool(
            TestFunction.handler(new WasmBuilder()).instances(0, PLACES, Reuse.RESET).version(),
            1_000,
            () -> 0,
            () -> now);

    @Override
    void come(Call call) {
      Entry entry = pool.enter(call);
      if (entry == Entry.RUNS) {
        begin(call, null);
      } else if (entry == Entry.REFUSED) {
        refused++;
      }
    }

    @Override
    void leave(End end) {
      Call next = (Call) pool.leave(new KeptGuest(), end.startedNanos);
      if (next != null) {
        begin(next, null);
      }
    }

    @Override
    void shed() {
      refused += pool.shed(now).size();
    }
  }

  private final class OfThreads extends Queue {
    private final TenantId tenant = new TenantId("acme");
    private final TenantQueues queues = new TenantQueues(PLACES, PLACES, 1_000);
    private BiConsumer<TenantId, Call> onBegin = (who, call) -> {};

    @Override
    void come(Call call) {
      come(tenant, call);
    }

    void come(TenantId who, Call call) {
      if (!queues.add(who, call, CALL)) {
        refused++;
      }
      beginAll();
    }

    private void beginAll() {
      for (Job job = queues.next(); job != null; job = queues.next()) {
        Call call = (Call) job.work();
        onBegin.accept(job.queue().tenant(), call);
        begin(call, job);
      }
    }

    @Override
    void leave(End end) {
      queues.finished(requireNonNull(end.job).queue());
      beginAll();
    }

    @Override
    void shed() {
      refused += queues.shed(now).size();
    }
  }

  /**
   * @param load in parts of the capacity
   */
  private Result simulate(Queue queue, double load) {
    Random random = SEED.random();
    long until = now + RUN;
    long look = now;
    double next = now;
    while (now < until) {
      long end = queue.running.isEmpty() ? Long.MAX_VALUE : queue.running.peek().atNanos;
      now = Math.min(Math.min((long) next, end), look);
      if (now == look) {
        queue.shed();
        look += Backlog.LOOK_EVERY.toNanos();
      } else if (now == end) {
        End ended = queue.running.remove();
        queue.served.add(now - ended.call.arrivedNanos);
        queue.leave(ended);
      } else {
        queue.come(new Call(now, exponential(random, CALL)));
        queue.beside.run();
        next += exponential(random, 1 / (load * CAPACITY));
      }
    }
    return new Result(queue.served, queue.refused);
  }

  private static long exponential(Random random, double mean) {
    return 1 + (long) (-mean * Math.log(1 - random.nextDouble()));
  }
}
