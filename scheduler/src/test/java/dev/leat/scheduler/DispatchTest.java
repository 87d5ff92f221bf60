package dev.leat.scheduler;

import static dev.leat.scheduler.TestVersions.invocation;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Headers;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker.Callback;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.scheduler.ScriptedWorker.Given;
import dev.leat.testkit.Seed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class DispatchTest {
  private static final Seed SEED = Seed.orElse(12);
  private static final FunctionVersion VERSION = TestVersions.version("f");
  private static final Outcome REFUSED = new Outcome.Overloaded("full", Duration.ofSeconds(2));
  private static final Outcome LOST = new Outcome.WorkerLost(false);
  private static final Outcome LOST_RUNNING = new Outcome.WorkerLost(true);
  private static final Outcome ANSWER =
      new Outcome.Responded(200, Headers.NONE, new byte[0], Usage.NONE);

  private final Random random = SEED.random();
  private final List<WorkerNode> workers = new ArrayList<>();
  private final List<Outcome> outcomes = new ArrayList<>();
  private final List<Outcome> unrecorded = new ArrayList<>();
  private final Dispatch dispatch =
      new Dispatch(
          new Placement(() -> workers, Assignments.NONE, random::nextInt),
          (invocation, outcome) -> unrecorded.add(outcome));

  @Test
  void invoke_noWorker_isLostBeforeItStarted_andRecorded() {
    invoke(invocation("1", VERSION));

    assertThat(outcomes).containsExactly(LOST);
    assertThat(unrecorded).containsExactly(LOST);
  }

  @Test
  void refused_goesToAnother_threeAtTheMost() {
    workers.addAll(ScriptedWorker.several(5, 8));
    invoke(invocation("1", VERSION));

    Set<ScriptedWorker> asked = new HashSet<>();
    for (int i = 0; i < Dispatch.WORKERS_MAX; i++) {
      assertThat(outcomes).isEmpty();
      Given given = theOnly();
      asked.add(given.worker());
      end(given, i == 1 ? LOST : REFUSED);
    }

    assertThat(asked).hasSize(3);
    assertThat(outcomes).as("the last refusal").containsExactly(REFUSED);
    assertThat(unrecorded).isEmpty();
  }

  @Test
  void placements_areCounted_thoseAfterwardsToo() {
    workers.addAll(ScriptedWorker.several(5, 8));
    invoke(invocation("1", VERSION));
    end(theOnly(), REFUSED);
    end(theOnly(), LOST);
    end(theOnly(), ANSWER);
    workers.clear();
    invoke(invocation("2", VERSION));

    PlacementCounts counts = dispatch.counts;

    assertThat(counts.own() + counts.others()).isEqualTo(3);
    assertThat(counts.afterOverload()).isEqualTo(1);
    assertThat(counts.afterLoss()).isEqualTo(1);
    assertThat(counts.none()).isEqualTo(1);
  }

  @Test
  void refused_othersAreFull_isRefused() {
    List<ScriptedWorker> all = ScriptedWorker.several(3, 2);
    workers.addAll(all);
    invoke(invocation("1", VERSION));
    Given given = theOnly();
    all.forEach(worker -> worker.inFlight = 2);

    end(given, REFUSED);

    assertThat(outcomes).containsExactly(REFUSED);
  }

  @Test
  void lost_othersAreFull_goesToAnother() {
    List<ScriptedWorker> all = ScriptedWorker.several(3, 2);
    workers.addAll(all);
    invoke(invocation("1", VERSION));
    Given given = theOnly();
    all.forEach(worker -> worker.inFlight = 2);

    end(given, LOST);

    assertThat(outcomes).isEmpty();
    assertThat(theOnly().worker()).isNotSameAs(given.worker());
  }

  @Test
  void lostWhileItMayRun_isNotTriedAgain_andRecorded() {
    workers.addAll(ScriptedWorker.several(3, 8));
    invoke(invocation("1", VERSION));

    end(theOnly(), LOST_RUNNING);

    assertThat(outcomes).containsExactly(LOST_RUNNING);
    assertThat(unrecorded).containsExactly(LOST_RUNNING);
  }

  @Test
  void begun_isNotTriedAgain() {
    workers.addAll(ScriptedWorker.several(3, 8));
    invoke(invocation("1", VERSION));
    Given given = theOnly();

    assertThat(given.callback().begins()).isTrue();
    end(given, REFUSED);

    assertThat(outcomes).containsExactly(REFUSED);
  }

  @Test
  void cancelledOrPastItsDeadline_isNotTriedAgain() {
    workers.addAll(ScriptedWorker.several(3, 8));
    Invocation cancelled = invocation("1", VERSION);
    invoke(cancelled);
    cancelled.cancellation().cancel();
    end(theOnly(), LOST);
    invoke(invocation("2", VERSION, Duration.ZERO));
    end(theOnly(), REFUSED);

    assertThat(outcomes).containsExactly(LOST, REFUSED);
  }

  /** The caller itself may have given it away: what it says is passed on. */
  @Test
  void begins_isTheCallersToSay() {
    workers.addAll(ScriptedWorker.several(1, 8));
    dispatch.invoke(
        invocation("1", VERSION),
        new Callback() {
          @Override
          public void ended(Outcome outcome) {
            outcomes.add(outcome);
          }

          @Override
          public boolean begins() {
            return false;
          }
        });

    assertThat(theOnly().callback().begins()).isFalse();
  }

  @Test
  void leaveOff_othersGetAll_theOwnOnlyWhatNoOtherIsReadyFor() {
    ScriptedWorker own = ScriptedWorker.own(8);
    workers.add(own);
    List<ScriptedWorker> others = ScriptedWorker.several(1, 8);
    workers.addAll(others);
    invoke(invocation("1", VERSION));
    assertThat(own.given).hasSize(1);

    dispatch.leaveOff();
    invoke(invocation("2", VERSION));
    assertThat(others.getFirst().given).hasSize(1);

    own.isReady = false; // as others see it
    others.getFirst().isReady = false;
    invoke(invocation("3", VERSION));
    assertThat(own.given).hasSize(2);
    assertThat(outcomes).isEmpty();
  }

  /**
   * Workers refuse, are lost, come back late and want to begin what was given away, callers give
   * up: each invocation ends once and runs once at the most, and all are accounted for.
   */
  @Test
  void anyCourse_endsEachOnce_runsNoneTwice() {
    List<ScriptedWorker> all = ScriptedWorker.several(5, 4);
    workers.addAll(all);
    Map<String, Course> courses = new LinkedHashMap<>();
    List<Given> late = new ArrayList<>();
    int left = 3_000;
    while (left > 0 || all.stream().anyMatch(worker -> !worker.given.isEmpty())) {
      ScriptedWorker worker = all.get(random.nextInt(all.size()));
      worker.isReady = random.nextInt(20) != 0;
      if (left > 0 && random.nextInt(3) == 0) {
        Course course = new Course(invocation("i" + left--, VERSION));
        courses.put(course.invocation.id(), course);
        dispatch.invoke(course.invocation, course);
      } else if (!worker.given.isEmpty()) {
        Given given = worker.given.get(random.nextInt(worker.given.size()));
        go(given, requireNonNull(courses.get(given.invocation().id())), late);
      }
      if (!late.isEmpty() && random.nextInt(4) == 0) {
        Given past = late.remove(random.nextInt(late.size()));
        assertThat(past.callback().begins()).as("begins late, %s", SEED).isFalse();
        past.callback().ended(ANSWER);
      }
    }

    int lost = 0;
    Set<String> endings = new HashSet<>();
    for (Course course : courses.values()) {
      assertThat(course.outcomes).as("%s of %s", course.invocation.id(), SEED).hasSize(1);
      assertThat(course.ran).as("%s of %s", course.invocation.id(), SEED).isLessThanOrEqualTo(1);
      assertThat(course.asked).hasSizeLessThanOrEqualTo(3).doesNotHaveDuplicates();
      Outcome outcome = course.outcomes.getFirst();
      assertThat(outcome.equals(ANSWER)).isEqualTo(course.isAnswered);
      lost += outcome instanceof Outcome.WorkerLost ? 1 : 0;
      endings.add(outcome.toString());
    }
    assertThat(courses).hasSize(3_000);
    assertThat(unrecorded).hasSize(lost);
    assertThat(endings).as("every kind of ending came up").hasSize(5);
  }

  private void go(Given given, Course course, List<Given> late) {
    if (!course.asked.contains(given.worker())) {
      course.asked.add(given.worker());
    }
    switch (random.nextInt(6)) {
      case 0 -> end(given, REFUSED);
      case 1 -> {
        end(given, LOST);
        late.add(given);
      }
      case 2 -> {
        end(given, LOST_RUNNING);
        late.add(given);
      }
      case 3 -> {
        given.invocation().cancellation().cancel();
        end(given, new Outcome.Cancelled(Usage.NONE));
      }
      default -> {
        assertThat(given.callback().begins()).isTrue();
        course.ran++;
        course.isAnswered = random.nextInt(5) != 0;
        end(given, course.isAnswered ? ANSWER : LOST_RUNNING);
      }
    }
  }

  private void invoke(Invocation invocation) {
    dispatch.invoke(invocation, outcomes::add);
  }

  private Given theOnly() {
    List<Given> given =
        workers.stream().flatMap(worker -> ((ScriptedWorker) worker).given.stream()).toList();
    assertThat(given).hasSize(1);
    return given.getFirst();
  }

  private static void end(Given given, Outcome outcome) {
    given.worker().given.remove(given);
    given.worker().inFlight--;
    given.callback().ended(outcome);
  }

  /** What became of an invocation. */
  private static final class Course implements Callback {
    private final Invocation invocation;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<ScriptedWorker> asked = new ArrayList<>();
    private int ran;
    private boolean isAnswered;

    Course(Invocation invocation) {
      this.invocation = invocation;
    }

    @Override
    public void ended(Outcome outcome) {
      outcomes.add(outcome);
    }
  }
}
