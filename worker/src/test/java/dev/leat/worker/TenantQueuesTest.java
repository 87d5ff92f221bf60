package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.TenantId;
import dev.leat.testkit.Seed;
import dev.leat.worker.TenantQueues.Job;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Jobs that wait for something else leave their places; a model of them keeps the books. */
final class TenantQueuesTest {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final int RUNNING = 4;
  private static final int SHARE = 3;

  private final TenantQueues queues = new TenantQueues(RUNNING, SHARE, 1_000);

  private void add(TenantId tenant, int jobs) {
    for (int i = 0; i < jobs; i++) {
      assertThat(queues.add(tenant, () -> {}, 1_000)).isTrue();
    }
  }

  private Job next() {
    return Objects.requireNonNull(queues.next());
  }

  @Test
  void rest_isBoundedByTenant_andInAll() {
    add(ACME, TenantQueues.RESTING_PER_TENANT + 1);
    for (int i = 0; i < TenantQueues.RESTING_PER_TENANT; i++) {
      assertThat(queues.rest(next().queue(), false)).isTrue();
    }
    assertThat(queues.rest(next().queue(), false)).as("it keeps its place").isFalse();
    for (int t = 1; queues.jobsAside() < TenantQueues.RESTING_MAX; t++) {
      TenantId tenant = new TenantId("t" + t);
      add(tenant, 1);
      assertThat(queues.rest(next().queue(), false)).isTrue();
    }
    add(OTHER, 1);
    assertThat(queues.rest(next().queue(), false)).as("nor does the node bear more").isFalse();
  }

  @Test
  void resume_overTheShare_letsNoneOfTheTenantBegin_untilOneIsOver() {
    add(ACME, 10);
    Job waits = next();
    assertThat(queues.rest(waits.queue(), false)).isTrue();
    List<Job> running = List.of(next(), next());
    queues.resume(waits.queue());

    assertThat(queues.next()).as("three run").isNull();
    queues.finished(running.getFirst().queue());
    assertThat(queues.next()).isNotNull();
    assertThat(queues.next()).isNull();
  }

  /** They spin, say: nobody else is kept out. */
  @Test
  void resume_ofMany_takesNoPlaceFromOthers() {
    add(ACME, 100);
    List<Job> waiting = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      waiting.add(next());
      assertThat(queues.rest(waiting.getLast().queue(), false)).isTrue();
    }
    waiting.forEach(job -> queues.resume(job.queue()));
    assertThat(queues.jobsAside()).as("with a thread each").isEqualTo(100);

    add(OTHER, SHARE + 1);
    for (int i = 0; i < SHARE; i++) {
      assertThat(queues.next()).isNotNull();
    }
    assertThat(queues.next()).isNull();
    add(ACME, 1);
    assertThat(queues.next()).as("one that has more than its share").isNull();
  }

  /** Whatever order they come in: nothing begins over its bound, and at the end all is free. */
  @Test
  void randomOrders_keepTheBounds_andLoseNoPlace() {
    Seed seed = Seed.orElse(5);
    Random random = seed.random();
    List<TenantId> tenants = List.of(ACME, OTHER, new TenantId("third"));
    List<Job> running = new ArrayList<>();
    List<Job> resting = new ArrayList<>();
    Set<Job> resumed = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < 20_000; i++) {
      switch (random.nextInt(5)) {
        case 0 -> {
          boolean unused = queues.add(tenants.get(random.nextInt(3)), () -> {}, 1_000);
        }
        case 1 -> {
          Job job = queues.next();
          if (job != null) {
            long ofTenant = running.stream().filter(r -> r.queue().equals(job.queue())).count();
            assertThat(ofTenant).as("%s, step %d", seed, i).isLessThan(SHARE);
            long inPlaces = running.stream().filter(r -> !resumed.contains(r)).count();
            assertThat(inPlaces < RUNNING || ofTenant == 0).as("%s, step %d", seed, i).isTrue();
            running.add(job);
          }
        }
        case 2 -> {
          if (!running.isEmpty()) {
            Job job = running.getFirst();
            if (queues.rest(job.queue(), resumed.contains(job))) {
              resumed.remove(job);
              resting.add(running.removeFirst());
            }
          }
        }
        case 3 -> {
          if (!resting.isEmpty()) {
            Job job = resting.remove(random.nextInt(resting.size()));
            queues.resume(job.queue());
            running.add(job);
            resumed.add(job);
          }
        }
        default -> {
          if (!running.isEmpty()) {
            Job job = running.remove(random.nextInt(running.size()));
            queues.finished(job.queue(), resumed.remove(job));
          }
        }
      }
    }
    resting.forEach(job -> {
      queues.resume(job.queue());
      queues.finished(job.queue(), true);
    });
    running.forEach(job -> queues.finished(job.queue(), resumed.contains(job)));
    Job left = queues.next();
    while (left != null) {
      queues.finished(left.queue());
      left = queues.next();
    }

    assertThat(queues.waitingJobs()).isZero();
    assertThat(queues.jobsAside()).isZero();
    assertThat(queues.backlogNanos()).isZero();
    assertThat(queues.longUnserved()).isZero();
  }
}
