package dev.leat.invocations.async;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.TenantId;
import dev.leat.invocations.async.KeyedCallStore.Caller;
import dev.leat.invocations.async.KeyedCallStore.Claim;
import dev.leat.invocations.async.KeyedCallStore.Key;
import dev.leat.invocations.async.KeyedCalls.Told;
import dev.leat.store.FairPlaces;
import dev.leat.testkit.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What keyed calls take from others, and whose tenant has gone. */
@Timeout(30)
final class KeyedCallsTest {
  private static final TenantId HOSTILE = new TenantId("hostile");
  private static final TenantId ACME = new TenantId("acme");
  private static final int OF_TENANT = KeyedCalls.HELD_MAX / 4;
  private static final FirstAnswer ANSWER =
      new FirstAnswer.Response(200, Headers.NONE, new byte[3]);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScriptedStore store = new ScriptedStore();
  private final Set<TenantId> gone = ConcurrentHashMap.newKeySet();
  private final KeyedCalls calls =
      new KeyedCalls(store, tenant -> !gone.contains(tenant), new FairPlaces(4), threads);
  private final List<Told> told = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    store.release.countDown();
    threads.close();
  }

  @Test
  void claims_ofOneTenant_haveHalfOfThePlaces_andLeaveOthersTheirs() {
    store.isHanging = true;
    for (int i = 0; i < 100; i++) {
      claim(HOSTILE, told);
    }
    Eventually.holds("it has its places", () -> store.atOnce.get() == 2);

    assertThat(first(ACME)).isInstanceOf(Told.First.class);
    assertThat(store.atOnce).hasValue(2);
    store.release.countDown();
    Eventually.holds("the others come, too", () -> told.size() == 100);
  }

  @Test
  void calls_thatHaveNotEnded_areBounded_andTheirEndsHaveRoom() {
    for (int i = 0; i < OF_TENANT; i++) {
      claim(HOSTILE, told);
    }
    Eventually.holds("all are claimed", () -> told.size() == OF_TENANT);
    assertThat(told).allMatch(Told.First.class::isInstance);

    assertThat(first(HOSTILE)).isEqualTo(new Told.Overloaded());
    assertThat(first(ACME)).isInstanceOf(Told.First.class);
    store.isHanging = true;
    AtomicInteger ended = new AtomicInteger();
    told.forEach(
        it -> ((Told.First) it).claimed().ended(Optional.of(ANSWER), ended::incrementAndGet));
    Eventually.holds("it has its places", () -> store.atOnce.get() == 2);
    assertThat(first(HOSTILE)).as("ends that wait count").isEqualTo(new Told.Overloaded());
    store.release.countDown();
    Eventually.holds("all have ended", () -> ended.get() == OF_TENANT);
    Eventually.holds("but the one of acme", () -> calls.held() == 1);
    assertThat(store.kept).hasValue(OF_TENANT);
  }

  @Test
  void replay_isReadOnlyOnceThereIsMemoryForIt() {
    store.claim = new Claim.Answered("id", 3);
    List<Long> asked = new CopyOnWriteArrayList<>();

    calls.claim(
        key(ACME),
        CALL,
        "1",
        Duration.ofMinutes(1),
        bytes -> {
          asked.add(bytes);
          return false;
        },
        told::add);
    Eventually.holds("it is told", () -> told.size() == 1);

    assertThat(told).containsExactly(new Told.NoMemory());
    assertThat(asked).containsExactly(3L);
    assertThat(store.read).hasValue(0);
    assertThat(first(ACME)).isEqualTo(new Told.Replay(ANSWER));
    assertThat(calls.held()).isZero();
  }

  @Test
  void claim_whoseTenantHasGone_leavesNoRow() {
    gone.add(ACME);
    assertThat(first(ACME)).isEqualTo(new Told.Overloaded());
    assertThat(store.claimed).hasValue(0);
    gone.clear();

    store.afterClaim = () -> gone.add(ACME);
    assertThat(first(ACME)).isEqualTo(new Told.Overloaded());
    assertThat(store.claimed).hasValue(1);
    assertThat(store.forgotten).hasValue(1);
  }

  @Test
  void end_whoseTenantHasGone_isNotKept() {
    Told.First claim = (Told.First) first(ACME);
    gone.add(ACME);
    CountDownLatch ended = new CountDownLatch(1);
    claim.claimed().ended(Optional.of(ANSWER), ended::countDown);
    Eventually.holds("it is told", () -> ended.getCount() == 0);

    assertThat(store.kept).hasValue(0);
    assertThat(store.forgotten).hasValue(1);
  }

  private static final HttpCall CALL = new HttpCall("GET", "/", null, Headers.NONE, new byte[0]);

  private Told first(TenantId tenant) {
    List<Told> answer = new CopyOnWriteArrayList<>();
    claim(tenant, answer);
    Eventually.holds("it is told", () -> answer.size() == 1);
    return answer.getFirst();
  }

  private void claim(TenantId tenant, List<Told> answers) {
    calls.claim(key(tenant), CALL, "1", Duration.ofMinutes(1), bytes -> true, answers::add);
  }

  private static Key key(TenantId tenant) {
    return new Key(new FunctionRef(tenant, new FunctionName("f")), new Caller("ann", false), "k");
  }

  /** Answers what a test says; hangs for one tenant, until it is released. */
  private static final class ScriptedStore implements KeyedCallStore {
    final CountDownLatch release = new CountDownLatch(1);
    final AtomicInteger atOnce = new AtomicInteger();
    final AtomicInteger claimed = new AtomicInteger();
    final AtomicInteger read = new AtomicInteger();
    final AtomicInteger kept = new AtomicInteger();
    final AtomicInteger forgotten = new AtomicInteger();
    volatile boolean isHanging;
    volatile Claim claim = new Claim.First();
    volatile Runnable afterClaim = () -> {};

    @Override
    public Claim claim(Key key, String request, String id, Duration pendingFor) {
      hang(key);
      claimed.incrementAndGet();
      afterClaim.run();
      return claim;
    }

    @Override
    public Optional<FirstAnswer> answer(Key key, String id) {
      read.incrementAndGet();
      return Optional.of(ANSWER);
    }

    @Override
    public void keep(Key key, String id, FirstAnswer answer) {
      hang(key);
      kept.incrementAndGet();
    }

    @Override
    public void forget(Key key, String id) {
      forgotten.incrementAndGet();
    }

    private void hang(Key key) {
      if (isHanging && key.function().tenant().equals(HOSTILE)) {
        atOnce.incrementAndGet();
        try {
          assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }
}
