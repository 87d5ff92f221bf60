package dev.leat.scheduler.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.cluster.Member;
import dev.leat.contract.Cancellation;
import dev.leat.contract.Headers;
import dev.leat.contract.MemberState;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.scheduler.WorkerNode;
import dev.leat.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What becomes of a call when its way breaks. {@code WorkerLost(false)} is said only of what
 * certainly does not run, also afterwards.
 */
class LostCallsIT {
  private static final byte[] BODY = "body".getBytes(UTF_8);
  private static final Outcome LOST_UNBEGUN = new Outcome.WorkerLost(false);
  private static final Outcome LOST_BEGUN = new Outcome.WorkerLost(true);
  private static final Outcome DONE =
      new Outcome.Responded(200, Headers.NONE, "done".getBytes(UTF_8), Usage.NONE);

  private final TwoNodes nodes = TwoNodes.withOneLine();
  private final List<Ending> endings = new ArrayList<>();

  @AfterEach
  void close() {
    try {
      nodes.isEmpty();
      assertThat(endings).allSatisfy(ending -> assertThat(ending.times()).isEqualTo(1));
    } finally {
      nodes.close();
    }
  }

  private Ending call() {
    Ending ending = nodes.call(BODY);
    endings.add(ending);
    return ending;
  }

  /** A call that its node knows to wait. */
  private StagedWorker.Call waiting() throws InterruptedException {
    StagedWorker.Call call = nodes.worker.next();
    call.endWhenCancelled();
    Eventually.holds("its node is told that it waits", call::isTold);
    nodes.hearsAll();
    return call;
  }

  private static CompletableFuture<Boolean> begin(StagedWorker.Call call) {
    return CompletableFuture.supplyAsync(call::begins, Thread::startVirtualThread);
  }

  private static boolean get(CompletableFuture<Boolean> begins) throws Exception {
    return begins.get(10, TimeUnit.SECONDS);
  }

  @Test
  void waitingCall_asksAndRuns() throws Exception {
    Ending ending = call();
    StagedWorker.Call there = waiting();

    assertThat(get(begin(there))).isTrue();
    there.end(DONE);

    assertThat(ending.get()).usingRecursiveComparison().isEqualTo(DONE);
    assertThat(ending.questions()).isEqualTo(1);
  }

  @Test
  void waitingCall_thatItsCallerDoesNotLetBegin_doesNotRun() throws Exception {
    Ending ending = call();
    ending.letsBegin = false;
    StagedWorker.Call there = waiting();

    assertThat(get(begin(there))).isFalse();

    assertThat(ending.get()).isEqualTo(new Outcome.Cancelled(Usage.NONE));
    assertThat(ending.questions()).isEqualTo(1);
    assertThat(nodes.worker.runs).hasValue(0);
  }

  @Test
  void cut_whileItWaits_isUnbegun_andNeverBegins() throws Exception {
    Ending ending = call();
    StagedWorker.Call there = waiting();

    nodes.proxy.cut();

    assertThat(ending.get()).isEqualTo(LOST_UNBEGUN);
    assertThat(get(begin(there))).isFalse();
    assertThat(nodes.worker.runs).hasValue(0);
  }

  @Test
  void cut_afterItBegan_mayHaveRun_andCancelsIt() throws Exception {
    Ending ending = call();
    StagedWorker.Call there = nodes.worker.next();
    assertThat(get(begin(there))).isTrue();

    nodes.proxy.cut();

    assertThat(ending.get()).isEqualTo(LOST_BEGUN);
    Eventually.holds("it is cancelled", () -> there.invocation.cancellation().isCancelled());
    there.end(new Outcome.Cancelled(Usage.NONE));
  }

  @Test
  void cut_afterItWasGranted_mayHaveRun() throws Exception {
    Ending ending = call();
    StagedWorker.Call there = waiting();
    assertThat(get(begin(there))).isTrue();

    nodes.proxy.cut();

    assertThat(ending.get()).isEqualTo(LOST_BEGUN);
    there.end(new Outcome.Cancelled(Usage.NONE));
  }

  @Test
  void cut_beforeItIsTold_mayHaveRun() throws Exception {
    nodes.there();
    nodes.worker.onCall = call -> nodes.proxy.cut(); // on the loop that would tell it
    Ending ending = call();

    assertThat(ending.get()).isEqualTo(LOST_BEGUN);
    nodes.worker.all.forEach(call -> call.end(new Outcome.Cancelled(Usage.NONE)));
  }

  @Test
  void withoutAConnection_isUnbegun() {
    WorkerNode there = nodes.there();
    nodes.proxy.cut();
    Eventually.holds("it is not ready", () -> !there.isReady());
    Ending ending = new Ending();

    there.invoke(TwoNodes.invocation(TwoNodes.VERSION, BODY, new Cancellation()), ending);

    assertThat(ending.get()).isEqualTo(LOST_UNBEGUN);
    assertThat(nodes.worker.all).isEmpty();
  }

  @Test
  void connectionThatComesBack_isUsedAgain() throws Exception {
    nodes.there();
    nodes.proxy.cut();
    Eventually.holds("it is not ready", () -> !nodes.remote().isReady());
    nodes.proxy.mend();

    Ending ending = call();
    nodes.worker.next().end(DONE);

    assertThat(ending.get()).usingRecursiveComparison().isEqualTo(DONE);
  }

  @Test
  void silence_losesTheNode_asItsCallsAre() throws Exception {
    Ending begun = call();
    assertThat(get(begin(nodes.worker.next()))).isTrue();
    Ending waits = call();
    StagedWorker.Call waiting = waiting();
    long before = System.nanoTime();

    nodes.proxy.hold();

    assertThat(begun.get()).isEqualTo(LOST_BEGUN);
    assertThat(waits.get()).isEqualTo(LOST_UNBEGUN);
    assertThat(Duration.ofNanos(System.nanoTime() - before))
        .isBetween(Duration.ofMillis(1_000), Duration.ofMillis(4_000));
    // As one that was stopped: it goes on, and asks what was given away.
    assertThat(get(begin(waiting))).isFalse();
    nodes.proxy.letGo();
    nodes.worker.all.forEach(call -> call.end(new Outcome.Cancelled(Usage.NONE)));
    Eventually.holds("it is ready again", () -> nodes.remote().isReady());
    assertThat(nodes.worker.runs).hasValue(1);
  }

  @Test
  void noGrant_givesTheCallBack() throws Exception {
    Ending ending = call();
    StagedWorker.Call there = waiting();
    nodes.proxy.hold();

    CompletableFuture<Boolean> begins = begin(there);
    assertThat(get(begins)).isFalse(); // after a second
    nodes.proxy.letGo();

    // The question and the answer to it come at once; what counts is the answer.
    assertThat(ending.get()).isIn(LOST_UNBEGUN, LOST_BEGUN);
    assertThat(nodes.worker.runs).hasValue(0);
  }

  @Test
  void lostMember_thatIsSilent_isLostAtOnce_andOneThatAnswersIsNot() throws Exception {
    Ending ending = call();
    StagedWorker.Call there = nodes.worker.next();
    assertThat(get(begin(there))).isTrue();

    nodes.membersHere.set(TestMembers.member("there", 1, nodes.proxy.port(), MemberState.LOST));

    assertThat(nodes.remote().isReady()).isFalse();
    there.end(DONE);
    assertThat(ending.get()).usingRecursiveComparison().isEqualTo(DONE);
  }

  @Test
  void memberThatIsGone_orStartedAnew_losesItsCalls() throws Exception {
    for (Member[] now : new Member[][] {{}, {TwoNodes.member("there", 2, nodes.proxy.port())}}) {
      Ending ending = call();
      StagedWorker.Call there = nodes.worker.next();
      assertThat(get(begin(there))).isTrue();

      nodes.membersHere.set(now);

      assertThat(ending.get()).isEqualTo(LOST_BEGUN);
      assertThat(nodes.peers.all()).hasSize(now.length);
      there.end(new Outcome.Cancelled(Usage.NONE));
      nodes.membersHere.set(TwoNodes.member("there", 3, nodes.proxy.port()));
    }
  }

  @Test
  void cancel_reachesTheGuest_andWhatItUsedComesBack() throws Exception {
    Cancellation cancellation = new Cancellation();
    Ending ending = nodes.call(TwoNodes.invocation(TwoNodes.VERSION, BODY, cancellation));
    StagedWorker.Call there = nodes.worker.next();
    assertThat(get(begin(there))).isTrue();
    Outcome used = new Outcome.Cancelled(new Usage(9, 0, 1, Usage.Acquire.RESET, 1, 1, 1, 1));
    CompletableFuture<Long> heard = new CompletableFuture<>();
    there.invocation.cancellation().onCancel(() -> heard.complete(System.nanoTime()));
    long before = System.nanoTime();

    cancellation.cancel();

    assertThat(Duration.ofNanos(heard.get(10, TimeUnit.SECONDS) - before))
        .isLessThan(Duration.ofMillis(100));
    there.end(used);
    assertThat(ending.get()).isEqualTo(used);
    assertThat(ending.times()).isEqualTo(1);
  }

  @Test
  void cancel_ofOneThatWaits_endsAtOnce_andItLeavesTheQueue() throws Exception {
    Cancellation cancellation = new Cancellation();
    Ending ending = nodes.call(TwoNodes.invocation(TwoNodes.VERSION, BODY, cancellation));
    StagedWorker.Call there = waiting();
    cancellation.cancel();

    assertThat(ending.get()).isEqualTo(new Outcome.Cancelled(Usage.NONE));
    Eventually.holds("it is cancelled", () -> there.invocation.cancellation().isCancelled());
    assertThat(get(begin(there))).isFalse();
    assertThat(ending.times()).isEqualTo(1);
  }

  @Test
  void cancelled_beforeItIsSent_isNotSent() {
    Cancellation cancellation = new Cancellation();
    cancellation.cancel();

    Ending ending = nodes.call(TwoNodes.invocation(TwoNodes.VERSION, BODY, cancellation));

    assertThat(ending.get()).isEqualTo(new Outcome.Cancelled(Usage.NONE));
    assertThat(nodes.worker.all).isEmpty();
  }
}
