package dev.leat.invocations.jdbi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Origin;
import dev.leat.contract.Outcome;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.contract.Trigger;
import dev.leat.contract.Usage;
import dev.leat.contract.VersionRef;
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.AsyncStore;
import dev.leat.invocations.async.AsyncStore.Backlog;
import dev.leat.invocations.async.AsyncStore.Turn;
import dev.leat.invocations.async.Callback;
import dev.leat.invocations.async.CallbackStatus;
import dev.leat.invocations.async.CallbackStatus.State;
import dev.leat.invocations.async.CallbackStatus.Why;
import dev.leat.invocations.async.CallbackStore;
import dev.leat.invocations.async.CallbackStore.Tried;
import dev.leat.invocations.async.CallerKey;
import dev.leat.invocations.async.DeadLetter;
import dev.leat.invocations.async.DeadLetterStore;
import dev.leat.invocations.async.DeadLetterStore.Filter;
import dev.leat.invocations.async.DeadLetterStore.Redrive;
import dev.leat.invocations.async.IdempotencyKey;
import dev.leat.invocations.async.InvocationState;
import dev.leat.invocations.async.InvocationStatus;
import dev.leat.invocations.async.KeptResult;
import dev.leat.invocations.async.KeyedCallStore.Caller;
import dev.leat.invocations.async.NewInvocation;
import dev.leat.invocations.async.QueuedInvocation;
import dev.leat.invocations.async.Settled;
import dev.leat.store.Database;
import dev.leat.store.StoreFailure;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The laws of {@link AsyncStore}, by their numbers, the ninth after each test; and those of {@link
 * DeadLetterStore}.
 */
abstract class AsyncStoreContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Filter ALL =
      new Filter(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  private static final long ME = 7;
  private static final long ANOTHER = 8;
  private static final Caller ANN = new Caller("ann", false);
  private static final Caller ANYBODY = new Caller("", true);
  private static final Usage USAGE = new Usage(42, 0, 0, Usage.Acquire.WARM, 0, 0, 0, 0);

  static final MigratedDatabases DATABASES = new MigratedDatabases(InvocationsSchema::migrate);

  private static final Tried TAKEN = new Tried(Why.SERVER, 204, "");
  private static final Tried REFUSED = new Tried(Why.SERVER, 503, "");

  private final TestDatabase database;
  private AsyncStore store;
  private DeadLetterStore letters;
  private CallbackStore callbacks;
  private int made;

  AsyncStoreContract(TestDatabase database) {
    this.database = database;
  }

  @BeforeEach
  void open() {
    store = new JdbiAsyncStore(database.dataSource(), LargeBodies.inTable(database.dataSource()));
    callbacks = new JdbiCallbackStore(database.dataSource());
    letters = new JdbiDeadLetterStore(database.dataSource());
  }

  @AfterEach
  void law9_nothingIsMissing() {
    assertThat(store.account(Optional.empty()).missing()).isZero();
    database.close();
  }

  @Test
  void law1_accept_keepsAllThatRunsLater() {
    NewInvocation wish =
        new NewInvocation(
            "0001",
            version(ACME, "mask"),
            new HttpCall("PUT", "/a%20b", "q=1", Headers.of("X-A", "1", "x-a", "ü"), bytes(10)),
            new Origin("dev", OTHER, Trigger.HTTP, "00-trace", 1),
            HOUR,
            Optional.empty(),
            Optional.of("https://example.org/hook"),
            2);

    assertThat(store.accept(List.of(wish), room(10))).containsExactly(accepted("0001"));

    QueuedInvocation taken = take(ME, 10).getFirst();
    assertThat(taken.id()).isEqualTo("0001");
    assertThat(taken.version()).isEqualTo(wish.version());
    assertThat(taken.call()).usingRecursiveComparison().isEqualTo(wish.call());
    assertThat(taken.origin()).isEqualTo(wish.origin());
    assertThat(taken.attempts()).isEqualTo(1);
    assertThat(taken.callback()).isEqualTo(wish.callback());
    assertThat(taken.depth()).isEqualTo(2);
    assertThat(taken.isTooOld()).isFalse();
  }

  @Test
  void law1_accept_bodyAboveARows_isKeptApart() {
    byte[] large = bytes((2 << 20) + 3);

    accept(wish(ACME, "f", large));

    QueuedInvocation taken = take(ME, 1).getFirst();
    assertThat(taken.hasLargeBody()).isTrue();
    assertThat(taken.call().body()).isEmpty();
    assertThat(taken.bodyBytes()).isEqualTo(large.length);
    assertThat(store.body(ACME, taken.id())).hasValue(large);
    assertThat(store.body(OTHER, taken.id())).isEmpty();
    settle(answered(taken, large));
    assertThat(store.body(ACME, taken.id())).isEmpty();
    assertThat(store.result(ACME, taken.id()).orElseThrow().body()).isEqualTo(large);
  }

  @Test
  void law2_accept_tenantWithAsManyAsItMayHave_isRefused_othersAreNot() {
    List<Acceptance> answers =
        store.accept(
            List.of(wish(ACME, "f"), wish(ACME, "f"), wish(ACME, "f"), wish(OTHER, "f")), room(2));

    assertThat(answers.get(1)).isInstanceOf(Acceptance.Accepted.class);
    assertThat(answers.get(2)).isEqualTo(new Acceptance.BacklogFull("async-backlog", 2));
    assertThat(answers.get(3)).isInstanceOf(Acceptance.Accepted.class);
    settle(answered(take(ME, 1).getFirst(), bytes(1)));
    assertThat(store.accept(List.of(wish(ACME, "f")), room(2)).getFirst())
        .isInstanceOf(Acceptance.Accepted.class);
  }

  @Test
  void law2_accept_tenantWhoseBodiesHoldAsMuchAsTheyMay_isRefused() {
    assertThat(
            store.accept(
                List.of(wish(ACME, "f", bytes(60_000)), wish(ACME, "f", bytes(60_000))),
                tenant -> new Backlog(10, 100_000)))
        .last()
        .isEqualTo(new Acceptance.BacklogFull("async-bytes", 100_000));
  }

  @Test
  void law2_accept_bytes_areHeadsAndRowsToo_andAllAreGivenBack() {
    NewInvocation wish =
        new NewInvocation(
            "0001",
            version(ACME, "f"),
            new HttpCall("POST", "", null, Headers.of("X-Long", "x".repeat(8_000)), bytes(1)),
            Origin.ANONYMOUS,
            HOUR,
            Optional.empty(),
            Optional.empty(),
            0);
    assertThat(store.accept(List.of(wish), tenant -> new Backlog(10, 8_000)).getFirst())
        .isInstanceOf(Acceptance.BacklogFull.class);
    for (int i = 0; i < 5; i++) {
      accept(
          new NewInvocation(
              "1" + i,
              wish.version(),
              wish.call(),
              wish.origin(),
              HOUR,
              Optional.empty(),
              Optional.empty(),
              0));
    }
    assertThat(heldBytes()).isGreaterThan(5 * 8_300);
    store.cancel(ACME, take(ME, 1).getFirst().id());
    store.cancel(ACME, "14");
    List<QueuedInvocation> taken = new ArrayList<>(take(ME, 3));
    settle(
        new Settled.Answered(
            taken.get(0), response(bytes(9_000)), Duration.ofMillis(-1), Optional.empty()),
        new Settled.GivenUp(taken.get(1), true, "timeout", "", 0, HOUR, Optional.empty()),
        new Settled.GivenUp(
            taken.get(2), true, "timeout", "", 0, Duration.ofMillis(-1), Optional.empty()));
    letters.redrive(ACME, List.of(new Redrive(taken.get(1).id(), wish.version(), HOUR)));
    QueuedInvocation again = take(ME, 1).getFirst();
    settle(new Settled.GivenUp(again, true, "timeout", "", 0, HOUR, Optional.empty()));
    letters.purge(ACME, List.of(again.id()));
    store.release(ME);
    settle(new Settled.Cancelled(take(ME, 1).getFirst(), Duration.ofMillis(-1)));
    database.execute("UPDATE async_results SET keep_until = CURRENT_TIMESTAMP");
    store.prune(100);

    assertThat(heldBytes()).isZero();
  }

  private long heldBytes() {
    return sum("bytes");
  }

  private long sum(String column) {
    return new Database(database.dataSource())
        .read(
            "Adding up bytes",
            handle ->
                handle
                    .createQuery("SELECT COALESCE(SUM(%s), 0) FROM async_counts".formatted(column))
                    .mapTo(Long.class)
                    .one());
  }

  @Test
  void law3_accept_sameKeyAndRequest_isTheSameInvocation_whateverBecameOfIt() {
    NewInvocation first = keyed("k", bytes(1));
    accept(first);

    Acceptance whileQueued = accept(keyed("k", bytes(1)));
    QueuedInvocation taken = take(ME, 10).getFirst();
    Acceptance whileRunning = accept(keyed("k", bytes(1)));
    settle(answered(taken, bytes(0)));
    Acceptance whenDone = accept(keyed("k", bytes(1)));

    assertThat(List.of(whileQueued, whileRunning, whenDone))
        .containsOnly(new Acceptance.Accepted(first.id(), false));
    assertThat(accept(keyed("k", bytes(2)))).isEqualTo(new Acceptance.KeyReused());
    assertThat(take(ME, 10)).isEmpty();
  }

  @Test
  void law3_accept_keyOfOneThatFoundNoRoom_isFree() {
    assertThat(store.accept(List.of(keyed("k", bytes(1))), room(0)).getFirst())
        .isInstanceOf(Acceptance.BacklogFull.class);

    NewInvocation again = keyed("k", bytes(2));
    assertThat(accept(again)).isEqualTo(accepted(again.id()));
  }

  @Test
  void law3_accept_sameKeyInOneBatch_isAcceptedOnce() {
    List<Acceptance> answers =
        store.accept(List.of(keyed("k", bytes(1)), keyed("k", bytes(1))), room(9));

    assertThat(answers).extracting(it -> ((Acceptance.Accepted) it).id()).doesNotContainNull();
    assertThat(take(ME, 10)).hasSize(1);
  }

  @Test
  void law3_accept_keyOfAnotherCaller_isAnother() {
    NewInvocation anns = keyed("k", bytes(1));
    NewInvocation bobs = keyed(ACME, of(new Caller("bob", false), "k"), bytes(1));
    NewInvocation anybodys = keyed(ACME, of(new Caller("ann", true), "k"), bytes(1));

    assertThat(store.accept(List.of(anns, bobs, anybodys), room(9)))
        .containsExactly(accepted(anns.id()), accepted(bobs.id()), accepted(anybodys.id()));

    assertThat(accept(keyed(ACME, of(new Caller("bob", false), "k"), bytes(1))))
        .isEqualTo(new Acceptance.Accepted(bobs.id(), false));
    assertThat(take(ME, 10)).hasSize(3);
  }

  /** Of callers whom the platform does not know their fields say who asks, and for what. */
  @Test
  void law3_accept_fieldsThatAreAskedWith_belongToTheRequest() {
    NewInvocation first =
        keyed(ACME, new CallerKey(ANYBODY, "k", Headers.of("x-api-key", "ann")), bytes(1));
    accept(first);

    assertThat(
            accept(
                keyed(ACME, new CallerKey(ANYBODY, "k", Headers.of("x-api-key", "ann")), bytes(1))))
        .isEqualTo(new Acceptance.Accepted(first.id(), false));
    assertThat(
            accept(
                keyed(ACME, new CallerKey(ANYBODY, "k", Headers.of("x-api-key", "bob")), bytes(1))))
        .isEqualTo(new Acceptance.KeyReused());
  }

  @Test
  void law3_accept_tenantWithAsManyKeysAsItMay_hasNoNewOnes_andIsAnsweredOldOnes() {
    NewInvocation known = keyed("known", bytes(1));
    accept(known);
    database.execute("UPDATE async_counts SET accepted_keys = 999999");

    List<Acceptance> answers =
        store.accept(List.of(keyed("k1", bytes(1)), keyed("k2", bytes(1))), room(9));

    assertThat(answers)
        .filteredOn(new Acceptance.KeysFull(1_000_000)::equals)
        .as("one found room")
        .hasSize(1);
    assertThat(sum("accepted_keys")).isEqualTo(1_000_000);
    assertThat(accept(keyed("k3", bytes(1)))).isEqualTo(new Acceptance.KeysFull(1_000_000));
    assertThat(accept(keyed("known", bytes(1))))
        .isEqualTo(new Acceptance.Accepted(known.id(), false));
    assertThat(accept(wish(ACME, "f"))).isInstanceOf(Acceptance.Accepted.class);
    assertThat(accept(keyed(OTHER, of(ANN, "k3"), bytes(1))))
        .isInstanceOf(Acceptance.Accepted.class);
    database.execute("UPDATE async_counts SET accepted_keys = 2 WHERE tenant = 'acme'");
    NewInvocation freed = keyed("k3", bytes(2));
    assertThat(accept(freed))
        .as("nothing is kept of a refused one")
        .isEqualTo(accepted(freed.id()));
  }

  @Test
  void law3_accept_keysOfCallersWithoutAToken_leaveThreeQuartersToOthers() {
    accept(keyed(ACME, of(ANYBODY, "k"), bytes(1)));
    assertThat(sum("accepted_keys_anonymous")).isEqualTo(1);
    database.execute("UPDATE async_counts SET accepted_keys_anonymous = 250000");

    assertThat(accept(keyed(ACME, of(ANYBODY, "one more"), bytes(1))))
        .isEqualTo(new Acceptance.KeysFull(250_000));
    assertThat(accept(keyed("one more", bytes(1)))).isInstanceOf(Acceptance.Accepted.class);
  }

  @Test
  void law3_prune_givesKeysBack_andOneThatIsOver_isNotCountedTwice() {
    accept(keyed("k1", bytes(1)));
    accept(keyed(ACME, of(ANYBODY, "k2"), bytes(1)));
    database.execute("UPDATE idempotency_keys SET keep_until = CURRENT_TIMESTAMP");

    NewInvocation again = keyed("k1", bytes(2));
    assertThat(accept(again)).isEqualTo(accepted(again.id()));
    assertThat(sum("accepted_keys")).isEqualTo(2);
    assertThat(store.prune(10)).isEqualTo(1);

    assertThat(sum("accepted_keys")).isEqualTo(1);
    assertThat(sum("accepted_keys_anonymous")).isZero();
  }

  /**
   * Of the time when keys had no callers; nobody's call is run twice by bringing Leat up to date.
   */
  @Test
  void law3_accept_keyWithoutACaller_isAnsweredToWhoeverHasTheRequest_whileItIsKept() {
    HttpCall call = call(bytes(1));
    database.execute(
        """
        INSERT INTO idempotency_keys (tenant, function, name, request, id, keep_until) VALUES
          ('acme', 'f', 'k', '%s', 'before', CURRENT_TIMESTAMP + INTERVAL '1' HOUR)
        """
            .formatted(IdempotencyKey.digest(call)));

    assertThat(accept(keyed("k", bytes(1)))).isEqualTo(new Acceptance.Accepted("before", false));
    assertThat(accept(keyed(ACME, new CallerKey(ANYBODY, "k", Headers.of("x-a", "1")), bytes(1))))
        .isEqualTo(new Acceptance.Accepted("before", false));
    assertThat(accept(keyed("k", bytes(2)))).isEqualTo(new Acceptance.KeyReused());
    database.execute("UPDATE idempotency_keys SET keep_until = CURRENT_TIMESTAMP");
    NewInvocation now = keyed("k", bytes(2));
    assertThat(accept(now)).isEqualTo(accepted(now.id()));
    store.prune(10);
    assertThat(sum("accepted_keys")).as("the old one was not counted").isEqualTo(1);
  }

  private static CallerKey of(Caller caller, String name) {
    return new CallerKey(caller, name, Headers.NONE);
  }

  @Test
  void law4_turn_tenantsTakeTurns_oldestFirst() {
    List<String> ofAcme = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      NewInvocation wish = wish(ACME, "f");
      ofAcme.add(wish.id());
      accept(wish);
    }
    accept(wish(OTHER, "f"));

    List<QueuedInvocation> taken = take(ME, 6);

    assertThat(taken).extracting(QueuedInvocation::tenant).contains(OTHER);
    assertThat(taken.stream().filter(it -> it.tenant().equals(ACME)).map(QueuedInvocation::id))
        .isEqualTo(
            ofAcme.subList(0, (int) taken.stream().filter(it -> it.tenant().equals(ACME)).count()));
  }

  @Test
  void law4_turn_moreTenantsThanHaveATurnAtOnce_eachGetsOne() {
    for (int i = 0; i < 40; i++) {
      accept(wish(new TenantId("t" + i), "f"));
      accept(wish(new TenantId("t" + i), "f"));
    }
    List<TenantId> met = new ArrayList<>();
    String last = "";
    for (int turn = 0; turn < 4; turn++) {
      Turn next = store.turn(ME, List.of(), room(1_000), List.of(), 16, last, tenant -> 1);
      last = next.last();
      next.taken().forEach(it -> met.add(it.tenant()));
    }

    assertThat(met.subList(0, 40)).doesNotHaveDuplicates();
  }

  @Test
  void law4_turn_tenantWithoutRoom_isPassedOver() {
    accept(wish(ACME, "f"));
    accept(wish(OTHER, "f"));

    assertThat(
            store
                .turn(
                    ME,
                    List.of(),
                    room(1_000),
                    List.of(),
                    9,
                    "",
                    tenant -> tenant.equals(ACME) ? 0 : 5)
                .taken())
        .extracting(QueuedInvocation::tenant)
        .containsExactly(OTHER);
  }

  @Test
  void law4_turn_ownersAtTheSameTime_getEachOnce() throws Exception {
    List<NewInvocation> batch = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      batch.add(wish(i % 3 == 0 ? OTHER : ACME, "f"));
    }
    store.accept(batch, room(1_000));
    ConcurrentLinkedQueue<String> met = new ConcurrentLinkedQueue<>();
    List<Future<?>> owners = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      for (long owner = 1; owner <= 3; owner++) {
        long me = owner;
        owners.add(
            threads.submit(() -> {
              AsyncStore own =
                  new JdbiAsyncStore(
                      database.dataSource(), LargeBodies.inTable(database.dataSource()));
              List<Settled> done = List.of();
              while (met.size() < 200) {
                List<QueuedInvocation> taken = turn(own, me, done, 7);
                taken.forEach(it -> met.add(it.id()));
                done = taken.stream().map(it -> answered(it, bytes(1))).toList();
              }
              turn(own, me, done, 0);
            }));
      }
      for (Future<?> owner : owners) {
        owner.get();
      }
    }

    assertThat(met).hasSize(200).doesNotHaveDuplicates();
    assertThat(store.account(Optional.empty()).done()).isEqualTo(200);
  }

  /** H2 may find that two wait for each other, and asks one to try again; so do nodes. */
  private static List<QueuedInvocation> turn(
      AsyncStore own, long me, List<Settled> done, int most) {
    while (true) {
      try {
        return own.turn(me, done, room(1_000), List.of(), most, "", it -> most).taken();
      } catch (StoreFailure e) {
        if (!e.isRetryable()) {
          throw e;
        }
      }
    }
  }

  @Test
  void law5_turn_settlesEachEnding() {
    for (int i = 0; i < 5; i++) {
      accept(wish(ACME, "f"));
    }
    List<QueuedInvocation> taken = take(ME, 5);

    settle(
        answered(taken.get(0), bytes(3)),
        new Settled.Again(taken.get(1), HOUR, true, "timeout", "longer than 5 ms"),
        new Settled.Again(taken.get(2), HOUR, false, "overloaded", "full"),
        new Settled.GivenUp(
            taken.get(3), false, "trapped", "unreachable", 42, HOUR, Optional.empty()),
        new Settled.Cancelled(taken.get(4), HOUR));

    assertThat(status(taken.get(0)).state()).isEqualTo(InvocationState.DONE);
    KeptResult result = store.result(ACME, taken.get(0).id()).orElseThrow();
    assertThat(result.status()).isEqualTo(201);
    assertThat(result.headers()).isEqualTo(Headers.of("X-B", "2"));
    assertThat(result.body()).isEqualTo(bytes(3));
    InvocationStatus again = status(taken.get(1));
    assertThat(again.state()).isEqualTo(InvocationState.QUEUED);
    assertThat(again.attempts()).isEqualTo(1);
    assertThat(again.reason()).isEqualTo("longer than 5 ms");
    assertThat(again.nextAttemptAt().orElseThrow())
        .isAfter(again.acceptedAt().plus(Duration.ofMinutes(59)));
    assertThat(status(taken.get(2)).attempts()).isZero();
    InvocationStatus failed = status(taken.get(3));
    assertThat(failed.state()).isEqualTo(InvocationState.FAILED);
    assertThat(failed.ending()).isEqualTo("trapped");
    assertThat(failed.reason()).isEqualTo("unreachable");
    assertThat(failed.keptUntil()).isPresent();
    assertThat(status(taken.get(4)).state()).isEqualTo(InvocationState.CANCELLED);
    assertThat(store.result(ACME, taken.get(4).id())).isEmpty();
    assertThat(take(ME, 5)).isEmpty();
  }

  @Test
  void law5_turn_whatAnotherHasNow_isLeftAlone() {
    for (int i = 0; i < 4; i++) {
      accept(wish(ACME, "f"));
    }
    List<QueuedInvocation> taken = take(ME, 4);
    store.turn(ME, List.of(), room(1_000), taken, 0, "", tenant -> 0);
    store.release(ME);
    List<QueuedInvocation> theirs = take(ANOTHER, 4);

    settle(
        answered(taken.get(0), bytes(1)),
        new Settled.Again(taken.get(1), HOUR, true, "", ""),
        new Settled.GivenUp(taken.get(2), true, "timeout", "", 0, HOUR, Optional.empty()),
        new Settled.Cancelled(taken.get(3), HOUR));

    assertThat(theirs)
        .hasSize(4)
        .allSatisfy(it -> {
          assertThat(it.attempts()).isEqualTo(2);
          assertThat(it.lastEnding()).isEqualTo("worker-lost");
          assertThat(status(it).state()).isEqualTo(InvocationState.RUNNING);
        });
  }

  @Test
  void law6_release_makesDueWhatAnOwnerHad_andNothingElse() {
    accept(wish(ACME, "f"));
    accept(wish(ACME, "f"));
    String mine = take(ME, 1).getFirst().id();
    take(ANOTHER, 1);
    assertThat(store.owners()).containsExactlyInAnyOrder(ME, ANOTHER);

    assertThat(store.release(ME)).isEqualTo(1);

    assertThat(store.owners()).containsExactly(ANOTHER);
    assertThat(take(ME, 5)).extracting(QueuedInvocation::id).containsExactly(mine);
  }

  @Test
  void law6_release_countsTheAttemptsThatHadBegun_andNoOthers() {
    accept(wish(ACME, "f"));
    accept(wish(ACME, "f"));
    List<QueuedInvocation> taken = take(ME, 2);
    store.turn(ME, List.of(), room(1_000), taken.subList(0, 1), 0, "", tenant -> 0);

    store.release(ME);

    assertThat(take(ME, 2)).extracting(QueuedInvocation::attempts).containsExactlyInAnyOrder(2, 1);
  }

  @Test
  void law7_cancel_endsWhatIsQueued_andTellsTheOwnerOfWhatRuns() {
    NewInvocation queued = wish(ACME, "f", bytes(100_000));
    NewInvocation running = wish(ACME, "f");
    accept(running);
    QueuedInvocation taken = take(ME, 1).getFirst();
    accept(queued);

    assertThat(store.cancel(ACME, queued.id()).orElseThrow().state())
        .isEqualTo(InvocationState.CANCELLED);
    InvocationStatus asked = store.cancel(ACME, running.id()).orElseThrow();

    assertThat(asked.state()).isEqualTo(InvocationState.RUNNING);
    assertThat(asked.isCancelling()).isTrue();
    assertThat(store.givenUp(ME)).containsExactly(running.id());
    assertThat(store.givenUp(ANOTHER)).isEmpty();
    store.release(ME);
    QueuedInvocation again = take(ME, 1).getFirst();
    assertThat(again.isCancelled()).isTrue();
    settle(answered(again, bytes(1)));
    assertThat(store.cancel(ACME, taken.id()).orElseThrow().state())
        .isEqualTo(InvocationState.DONE);
  }

  @Test
  void law8_anotherTenants_areNotFound() {
    NewInvocation wish = wish(ACME, "f");
    accept(wish);
    assertThat(store.find(OTHER, wish.id())).isEmpty();
    assertThat(store.cancel(OTHER, wish.id())).isEmpty();
    settle(answered(take(ME, 1).getFirst(), bytes(1)));

    assertThat(store.find(OTHER, wish.id())).isEmpty();
    assertThat(store.result(OTHER, wish.id())).isEmpty();
    assertThat(store.find(ACME, wish.id())).isPresent();
  }

  @Test
  void law10_prune_removesWhatIsNotKeptAnyMore_andNothingElse() {
    for (int i = 0; i < 4; i++) {
      accept(wish(ACME, "f", bytes(70_000)));
    }
    List<QueuedInvocation> taken = take(ME, 4);
    settle(
        new Settled.Answered(
            taken.get(0), response(bytes(70_001)), Duration.ofMillis(-1), Optional.empty()),
        answered(taken.get(1), bytes(1)),
        new Settled.GivenUp(
            taken.get(2), true, "timeout", "", 0, Duration.ofMillis(-1), Optional.empty()),
        new Settled.GivenUp(taken.get(3), true, "timeout", "", 0, HOUR, Optional.empty()));

    assertThat(store.prune(100)).isEqualTo(2);

    assertThat(store.find(ACME, taken.get(0).id())).isEmpty();
    assertThat(store.wasKept(ACME, taken.get(0).id())).isTrue();
    assertThat(store.wasKept(OTHER, taken.get(0).id())).isFalse();
    assertThat(store.find(ACME, taken.get(2).id())).isEmpty();
    assertThat(store.body(ACME, taken.get(2).id())).isEmpty();
    assertThat(store.find(ACME, taken.get(1).id())).isPresent();
    assertThat(letters.find(ACME, taken.get(3).id())).isPresent();
    assertThat(store.prune(100)).isZero();
  }

  @Test
  void deadLetters_areListedNewestFirst_andReadOnlyByTheirTenant() {
    List<QueuedInvocation> dead = dead(5);

    List<String> met = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      Page<DeadLetter> page = letters.list(ACME, ALL, 2, cursor);
      page.items().forEach(it -> met.add(it.id()));
      cursor = page.next();
    } while (cursor.isPresent());

    assertThat(met)
        .containsExactlyElementsOf(dead.reversed().stream().map(QueuedInvocation::id).toList());
    assertThat(letters.list(OTHER, ALL, 10, Optional.empty()).items()).isEmpty();
    DeadLetter one = letters.find(ACME, met.getFirst()).orElseThrow();
    assertThat(one.ending()).isEqualTo("trapped");
    assertThat(one.fuel()).isEqualTo(42);
    assertThat(letters.find(OTHER, one.id())).isEmpty();
    assertThat(letters.input(ACME, one.id()).orElseThrow().body())
        .as("a large one is not read to be shown")
        .isEmpty();
    NewInvocation small = wish(ACME, "f");
    accept(small);
    settle(
        new Settled.GivenUp(
            take(ME, 1).getFirst(), true, "timeout", "", 0, HOUR, Optional.empty()));
    assertThat(letters.input(ACME, small.id()).orElseThrow().body()).isEqualTo(bytes(5));
    assertThat(letters.input(OTHER, one.id())).isEmpty();
    assertThat(letters.list(ACME, ALL, 10, Optional.of("nonsense")).items()).isEmpty();
  }

  @Test
  void redrive_queuesEachOnce_withItsInput_forTheVersionThatIsNamed() {
    List<String> dead = dead(3).stream().map(QueuedInvocation::id).toList();
    VersionRef next =
        new VersionRef(version(ACME, "f").function(), 4, ModuleDigest.of(new byte[] {2}));
    List<Redrive> all = dead.stream().map(id -> new Redrive(id, next, HOUR)).toList();

    assertThat(letters.redrive(OTHER, all)).isZero();
    assertThat(letters.redrive(ACME, all)).isEqualTo(3);
    assertThat(letters.redrive(ACME, all)).isZero();

    assertThat(letters.count(ACME, ALL)).isZero();
    List<QueuedInvocation> taken = take(ME, 9);
    assertThat(taken).extracting(QueuedInvocation::id).containsExactlyElementsOf(dead);
    assertThat(taken).extracting(QueuedInvocation::version).containsOnly(next);
    assertThat(taken).extracting(QueuedInvocation::attempts).containsOnly(1);
    assertThat(store.body(ACME, dead.getFirst())).hasValue(bytes(70_000));
    assertThat(store.account(Optional.of(ACME)).failed()).isZero();
  }

  @Test
  void purge_removesThose_andGivesTheirRoomBack() {
    List<String> dead = dead(2).stream().map(QueuedInvocation::id).toList();

    assertThat(letters.purge(OTHER, dead)).isZero();
    assertThat(letters.purge(ACME, dead)).isEqualTo(2);

    assertThat(letters.count(ACME, ALL)).isZero();
    assertThat(store.body(ACME, dead.getFirst())).isEmpty();
    assertThat(store.accept(List.of(wish(ACME, "f", bytes(60))), tenant -> new Backlog(10, 1_000)))
        .first()
        .isInstanceOf(Acceptance.Accepted.class);
    assertThat(store.account(Optional.of(ACME)).failed()).as("they had failed").isEqualTo(2);
  }

  /** Given up one after the other. */
  private List<QueuedInvocation> dead(int count) {
    for (int i = 0; i < count; i++) {
      accept(wish(ACME, "f", bytes(70_000)));
    }
    List<QueuedInvocation> taken = take(ME, count);
    taken.forEach(
        it -> settle(new Settled.GivenUp(it, false, "trapped", "no", 42, HOUR, Optional.empty())));
    return taken;
  }

  @Test
  void ends_acceptWhatFollows_inTheSameTransaction_andOnce() {
    accept(wish(ACME, "f"));
    accept(wish(ACME, "f"));
    List<QueuedInvocation> taken = take(ME, 2);
    NewInvocation small = wish(ACME, "next");
    NewInvocation large = wish(ACME, "failed", bytes(70_000));

    settle(
        new Settled.Answered(taken.get(0), response(bytes(1)), HOUR, Optional.of(small)),
        new Settled.GivenUp(taken.get(1), true, "timeout", "", 0, HOUR, Optional.of(large)));
    settle(
        new Settled.Answered(taken.get(0), response(bytes(1)), HOUR, Optional.of(wish(ACME, "x"))));

    List<QueuedInvocation> followed = take(ME, 9);
    assertThat(followed)
        .extracting(QueuedInvocation::id)
        .containsExactlyInAnyOrder(small.id(), large.id());
    assertThat(store.body(ACME, large.id())).hasValue(bytes(70_000));
    assertThat(store.account(Optional.of(ACME)).accepted()).isEqualTo(4);
  }

  @Test
  void callback_isToBeSentOfEachEnd_once_untilItIsSent() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      NewInvocation wish = calledBack(ACME);
      ids.add(wish.id());
      accept(wish);
    }
    List<QueuedInvocation> taken = take(ME, 3);
    settle(
        answered(taken.get(0), bytes(3)),
        new Settled.GivenUp(taken.get(1), true, "timeout", "late", 0, HOUR, Optional.empty()),
        new Settled.Cancelled(taken.get(2), HOUR));
    store.cancel(ACME, ids.get(3));

    List<Callback> due = callbacks.take(9, "", tenant -> 9, HOUR).taken();
    assertThat(due)
        .extracting(it -> it.id() + " " + it.state() + " " + it.status() + " " + it.attempts())
        .containsExactlyInAnyOrder(
            ids.get(0) + " DONE 201 1",
            ids.get(1) + " DEAD 0 1",
            ids.get(2) + " CANCELLED 0 1",
            ids.get(3) + " CANCELLED 0 1");
    assertThat(due).extracting(Callback::url).containsOnly("https://hooks.example.org/a?b=c");
    assertThat(callbacks.take(9, "", tenant -> 9, HOUR).taken()).as("hidden").isEmpty();

    callbacks.putOff(due.get(0), Duration.ZERO, REFUSED);
    due.subList(1, 4).forEach(it -> callbacks.end(it, State.DELIVERED, TAKEN));
    List<Callback> again = callbacks.take(9, "", tenant -> 9, Duration.ZERO).taken();
    assertThat(again).extracting(Callback::attempts).containsExactly(2);
    callbacks.end(due.get(0), State.DELIVERED, TAKEN);
    assertThat(callbacks.take(9, "", tenant -> 9, HOUR).taken())
        .as("who was too slow ends nothing")
        .hasSize(1);
  }

  @Test
  void callback_ofWhatIsBegunAnew_isThatOfItsNextEnd() {
    accept(calledBack(ACME));
    QueuedInvocation taken = take(ME, 1).getFirst();
    settle(new Settled.GivenUp(taken, true, "timeout", "late", 0, HOUR, Optional.empty()));
    letters.redrive(ACME, List.of(new Redrive(taken.id(), taken.version(), HOUR)));
    settle(answered(take(ME, 1).getFirst(), bytes(1)));

    assertThat(callbacks.take(9, "", tenant -> 9, HOUR).taken())
        .extracting(Callback::state)
        .containsExactly(InvocationState.DONE);
    assertThat(sum("callbacks")).isEqualTo(1);
  }

  @Test
  void callback_putOffWithoutAnAttempt_hasUsedNone() {
    accept(calledBack(ACME));
    settle(answered(take(ME, 1).getFirst(), bytes(1)));
    Callback taken = callbacks.take(1, "", tenant -> 1, HOUR).taken().getFirst();

    callbacks.delay(taken, Duration.ZERO, Why.QUOTA);

    assertThat(callbacks.take(1, "", tenant -> 1, HOUR).taken())
        .extracting(Callback::attempts)
        .containsExactly(1);
  }

  /**
   * Else one accepted call becomes four, each with a copy of an answer, whatever its tenant may.
   */
  @Test
  void law5_turn_whatFollowsAnEnd_hasTheRoomThatTheEndMakes_andNoMore() {
    accept(wish(ACME, "f"));
    accept(wish(ACME, "f"));
    List<QueuedInvocation> taken = take(ME, 2);

    assertThat(turn(room(1), answeredAnd(taken.get(0), wish(ACME, "next")))).isEqualTo(1);
    assertThat(turn(room(1), answeredAnd(taken.get(1), wish(ACME, "next")))).isZero();
    QueuedInvocation next = take(ME, 1).getFirst();
    assertThat(turn(tenant -> new Backlog(9, 300), answeredAnd(next, wish(ACME, "next"))))
        .isEqualTo(1);
    assertThat(store.account(Optional.of(ACME)).queued()).isZero();
  }

  private int turn(AsyncStore.Backlogs room, Settled settled) {
    return store.turn(ME, List.of(settled), room, List.of(), 0, "", tenant -> 0).omitted();
  }

  private static Settled answeredAnd(QueuedInvocation ended, NewInvocation next) {
    return new Settled.Answered(ended, response(bytes(1)), HOUR, Optional.of(next));
  }

  /** Else each look of each node would go past all of them, one query each. */
  @Test
  void law4_turn_pastManyTenantsOfWhomNothingIsDue_goesOnNextTime() {
    List<NewInvocation> batch = new ArrayList<>();
    for (int i = 0; i < 2 * DueTenants.HEADS_MAX; i++) {
      batch.add(wish(new TenantId("t%04d".formatted(i)), "f"));
    }
    store.accept(batch, room(10));
    database.execute("UPDATE async_queue SET due_at = due_at + INTERVAL '1' HOUR");
    accept(wish(new TenantId("zz"), "f"));

    Turn first = store.turn(ME, List.of(), room(1_000), List.of(), 9, "", tenant -> 9);
    assertThat(first.taken()).isEmpty();
    assertThat(first.last()).isEqualTo("t%04d".formatted(DueTenants.HEADS_MAX - 1));
    Turn second = store.turn(ME, List.of(), room(1_000), List.of(), 9, first.last(), tenant -> 9);
    Turn third = store.turn(ME, List.of(), room(1_000), List.of(), 9, second.last(), tenant -> 9);
    assertThat(third.taken()).extracting(QueuedInvocation::tenant).hasSize(1);
  }

  @Test
  void callback_tenantsTakeTurns_andNoneHasMoreThanItMay() {
    for (int i = 0; i < 9; i++) {
      accept(calledBack(ACME));
    }
    accept(calledBack(OTHER));
    take(ME, 99).forEach(it -> settle(answered(it, bytes(1))));

    assertThat(callbacks.take(6, "", tenant -> 4, HOUR).taken())
        .extracting(Callback::tenant)
        .contains(OTHER)
        .hasSizeLessThanOrEqualTo(5);
    database.execute("UPDATE async_counts SET callbacks = 10000 WHERE tenant = 'acme'");
    assertThat(accept(calledBack(ACME)))
        .isEqualTo(new Acceptance.BacklogFull("async-callbacks", 10_000));
    assertThat(accept(wish(ACME, "f"))).isInstanceOf(Acceptance.Accepted.class);
  }

  @Test
  void callback_isFoundWithItsInvocation_fromItsAcceptanceToTheEndOfWhatItCameTo() {
    NewInvocation wish = calledBack(ACME);
    accept(wish);
    assertThat(callback(wish.id())).isEqualTo("AWAITED 0 Optional.empty 0 ");
    assertThat(status(ACME, wish.id()).callback().orElseThrow().url())
        .isEqualTo("https://hooks.example.org/a?b=c");
    settle(answered(take(ME, 1).getFirst(), bytes(100_000)));
    assertThat(callback(wish.id())).isEqualTo("WAITING 0 Optional.empty 0 ");
    assertThat(status(ACME, wish.id()).callback().orElseThrow().nextAttemptAt()).isPresent();

    callbacks.putOff(taken(), Duration.ZERO, new Tried(Why.NO_KEY, 0, "no\0key" + "y".repeat(300)));
    assertThat(callback(wish.id()))
        .isEqualTo("WAITING 1 Optional[NO_KEY] 0 no\uFFFDkey" + "y".repeat(194));
    callbacks.putOff(taken(), Duration.ZERO, REFUSED);
    callbacks.delay(taken(), Duration.ZERO, Why.QUOTA);
    assertThat(callback(wish.id())).isEqualTo("WAITING 2 Optional[QUOTA] 503 ");
    callbacks.end(taken(), State.DELIVERED, TAKEN);

    assertThat(callback(wish.id())).isEqualTo("DELIVERED 3 Optional.empty 204 ");
    assertThat(status(ACME, wish.id()).callback().orElseThrow().nextAttemptAt()).isEmpty();
    assertThat(store.find(OTHER, wish.id())).isEmpty();
    assertThat(sum("callbacks")).isZero();
    database.execute("UPDATE async_results SET keep_until = CURRENT_TIMESTAMP");
    store.prune(9);
    assertThat(store.find(ACME, wish.id())).isEmpty();
    assertThat(sum("bytes")).isZero();
  }

  @Test
  void callback_ofOneThatWasGivenUp_isFoundWithIt_andAwaitedAgainWhenItIsRedriven() {
    NewInvocation wish = calledBack(ACME);
    accept(wish);
    QueuedInvocation taken = take(ME, 1).getFirst();
    settle(new Settled.GivenUp(taken, true, "timeout", "late", 0, HOUR, Optional.empty()));
    callbacks.end(taken(), State.GIVEN_UP, new Tried(Why.SERVER, 410, ""));
    assertThat(callback(wish.id())).isEqualTo("GIVEN_UP 1 Optional.empty 410 ");

    letters.redrive(ACME, List.of(new Redrive(taken.id(), taken.version(), HOUR)));

    assertThat(callback(wish.id())).isEqualTo("AWAITED 0 Optional.empty 0 ");
    settle(answered(take(ME, 1).getFirst(), bytes(1)));
    assertThat(callback(wish.id())).isEqualTo("WAITING 0 Optional.empty 0 ");
  }

  /** What it was sent of is begun anew meanwhile, and is awaited. */
  @Test
  void callback_thatIsEndedLate_saysNothingOfWhatWasRedriven() {
    NewInvocation wish = calledBack(ACME);
    accept(wish);
    QueuedInvocation taken = take(ME, 1).getFirst();
    settle(new Settled.GivenUp(taken, true, "timeout", "late", 0, HOUR, Optional.empty()));
    Callback late = taken();
    letters.redrive(ACME, List.of(new Redrive(taken.id(), taken.version(), HOUR)));

    callbacks.end(late, State.DELIVERED, TAKEN);

    assertThat(callback(wish.id())).isEqualTo("AWAITED 0 Optional.empty 0 ");
  }

  @Test
  void callback_ofOneThatWasCancelled_isFoundWithIt_andItsUrlIsHeldToTheTenantsBytes() {
    NewInvocation wish = calledBack(ACME);
    accept(wish);
    store.cancel(ACME, wish.id());
    assertThat(sum("bytes")).isEqualTo(AsyncStore.ROW_BYTES + 31);
    callbacks.end(taken(), State.DELIVERED, TAKEN);

    assertThat(callback(wish.id())).isEqualTo("DELIVERED 1 Optional.empty 204 ");
    database.execute("UPDATE async_results SET keep_until = CURRENT_TIMESTAMP");
    store.prune(9);
    assertThat(sum("bytes")).isZero();
  }

  @Test
  void callback_ofAnInvocationWithoutOne_isNone() {
    NewInvocation wish = wish(ACME, "f");
    accept(wish);
    assertThat(status(ACME, wish.id()).callback()).isEmpty();
    settle(answered(take(ME, 1).getFirst(), bytes(1)));

    assertThat(status(ACME, wish.id()).callback()).isEmpty();
  }

  private Callback taken() {
    return callbacks.take(1, "", tenant -> 1, HOUR).taken().getFirst();
  }

  private InvocationStatus status(TenantId tenant, String id) {
    return store.find(tenant, id).orElseThrow();
  }

  /** Its state, attempts, why it waits, and the last status and error. */
  private String callback(String id) {
    CallbackStatus it = status(ACME, id).callback().orElseThrow();
    return "%s %d %s %d %s"
        .formatted(it.state(), it.attempts(), it.why(), it.lastStatus(), it.lastError());
  }

  private NewInvocation calledBack(TenantId tenant) {
    return new NewInvocation(
        nextId(),
        version(tenant, "f"),
        call(bytes(5)),
        Origin.ANONYMOUS,
        HOUR,
        Optional.empty(),
        Optional.of("https://hooks.example.org/a?b=c"),
        0);
  }

  @Test
  void forgetSome_leavesNothingOfATenant_andAllOfOthers() {
    accept(keyed("k", bytes(100_000)));
    NewInvocation kept = wish(OTHER, "f");
    accept(kept);

    assertThat(store.forgetSome(ACME)).isFalse();

    assertThat(store.account(Optional.of(ACME)).accepted()).isZero();
    assertThat(sum("accepted_keys")).isZero();
    assertThat(take(ME, 9)).extracting(QueuedInvocation::id).containsExactly(kept.id());
  }

  @Test
  void turn_tooOld_isSaidSo() {
    accept(
        new NewInvocation(
            nextId(),
            version(ACME, "f"),
            call(bytes(1)),
            Origin.ANONYMOUS,
            Duration.ofMillis(-5),
            Optional.empty(),
            Optional.empty(),
            0));

    assertThat(take(ME, 1).getFirst().isTooOld()).isTrue();
  }

  private Acceptance accept(NewInvocation wish) {
    return store.accept(List.of(wish), room(1_000)).getFirst();
  }

  private List<QueuedInvocation> take(long owner, int most) {
    return store.turn(owner, List.of(), room(1_000), List.of(), most, "", tenant -> most).taken();
  }

  private void settle(Settled... settled) {
    store.turn(ME, List.of(settled), room(1_000), List.of(), 0, "", tenant -> 0);
  }

  private InvocationStatus status(QueuedInvocation of) {
    return store.find(of.tenant(), of.id()).orElseThrow();
  }

  private static AsyncStore.Backlogs room(long most) {
    return tenant -> new Backlog(most, Long.MAX_VALUE);
  }

  private static Acceptance accepted(String id) {
    return new Acceptance.Accepted(id, true);
  }

  private static Settled answered(QueuedInvocation of, byte[] body) {
    return new Settled.Answered(of, response(body), HOUR, Optional.empty());
  }

  private static Outcome.Responded response(byte[] body) {
    return new Outcome.Responded(201, Headers.of("X-B", "2"), body, USAGE);
  }

  private NewInvocation wish(TenantId tenant, String function) {
    return wish(tenant, function, bytes(5));
  }

  private NewInvocation wish(TenantId tenant, String function, byte[] body) {
    return new NewInvocation(
        nextId(),
        version(tenant, function),
        call(body),
        Origin.ANONYMOUS,
        HOUR,
        Optional.empty(),
        Optional.empty(),
        0);
  }

  private NewInvocation keyed(String key, byte[] body) {
    return keyed(ACME, new CallerKey(ANN, key, Headers.NONE), body);
  }

  private NewInvocation keyed(TenantId tenant, CallerKey key, byte[] body) {
    return new NewInvocation(
        nextId(),
        version(tenant, "f"),
        call(body),
        Origin.ANONYMOUS,
        HOUR,
        Optional.of(key),
        Optional.empty(),
        0);
  }

  private String nextId() {
    return "%08d".formatted(made++);
  }

  private static HttpCall call(byte[] body) {
    return new HttpCall("POST", "", null, Headers.NONE, body);
  }

  private static VersionRef version(TenantId tenant, String function) {
    return new VersionRef(
        new FunctionRef(tenant, new FunctionName(function)), 3, ModuleDigest.of(new byte[] {1}));
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 'x');
    return bytes;
  }
}
