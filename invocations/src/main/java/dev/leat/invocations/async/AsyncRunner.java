package dev.leat.invocations.async;

import dev.leat.contract.AsyncPolicy;
import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.invocations.async.AsyncFunctions.AsyncFunction;
import dev.leat.invocations.async.AsyncStore.Backlogs;
import dev.leat.store.Leases;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what was accepted. One thread talks to the store, in rounds: each writes what has ended
 * since the last one and takes as much again, in one transaction. What ended meanwhile makes room
 * for what was taken ahead, without waiting for the store. Nothing is begun but under a lease that
 * holds.
 */
public final class AsyncRunner implements AutoCloseable {
  /** Without being woken, what is due is found within this time. */
  static final Duration LOOK_EVERY = Duration.ofMillis(500);

  /** Some tenants were looked at, none with anything to take: there are others. */
  static final Duration LOOK_ON = Duration.ofMillis(100);

  /** What was taken ahead and could not be begun in this time goes back, for other nodes. */
  static final Duration AHEAD_MAX = Duration.ofSeconds(1);

  /** Taken ahead, at the most. With rows of up to 64 KiB, 32 MiB. */
  static final int AHEAD = 500;

  /** Bodies of what is under way, and of what it may answer. One may always be under way. */
  static final long BYTES_MAX = 128L << 20;

  /** Written at once. */
  private static final int SETTLED_AT_ONCE = 1_000;

  /** Until the body of one is asked for again that could not be read. */
  private static final Duration BODY_AWAY = Duration.ofSeconds(10);

  private static final Duration GIVEN_UP_EVERY = Duration.ofMillis(200);
  private static final Duration PRUNE_EVERY = Duration.ofSeconds(30);
  private static final int PRUNED_AT_ONCE = 1_000;
  private static final int PRUNE_TURNS = 50;
  private static final Duration WAY_MAX = Duration.ofSeconds(1);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  /** How long it is known what became of one whose function is gone. */
  private static final Duration KEPT_OF_NONE = AsyncPolicy.DEFAULT.keepResult();

  private static final Logger LOG = LoggerFactory.getLogger(AsyncRunner.class);

  private final AsyncStore store;
  private final BodiesAhead bodies;
  private final Backlogs backlogs;
  private final AsyncFunctions functions;
  private final Invoker invoker;
  private final Places places;
  private final RunnerConfig config;
  private final Pressure pressure;
  private final Executor blocking;
  private final Backoff backoff;
  private final Destinations destinations;
  private final Ownership ownership;
  private final Windows windows;
  private final ClosedPlaces closedPlaces = new ClosedPlaces();
  private final Taken taken = new Taken();
  private final Map<String, Run> running = new ConcurrentHashMap<>();

  /** What has ended and waits until its large bodies are kept. */
  private final Map<Run, Settled> onTheirWay = new ConcurrentHashMap<>();

  private final Queue<Settled> settled = new ConcurrentLinkedQueue<>();
  private final AtomicInteger starting = new AtomicInteger();
  private final HeldBytes held = new HeldBytes(BYTES_MAX);
  private final AtomicBoolean isPruning = new AtomicBoolean();
  private final AtomicLong begun = new AtomicLong();
  private final Thread thread;

  private volatile boolean isWoken;
  private volatile boolean isLeavingOff;
  private volatile boolean closed;

  // Confined to the thread.
  private String last = "";
  private int endedLately;
  private boolean isStoreAway;
  private long askedNanos = System.nanoTime();
  private long prunedNanos = System.nanoTime();

  /**
   * @param bodies keeps large answers before they are written
   * @param backlogs how much each tenant may have, by destinations too
   * @param invoker where calls go, as the gateway's do
   * @param pressure of the calls that somebody waits for at this node's worker
   * @param blocking runs what reads large bodies and removes what is kept no longer
   */
  public AsyncRunner(
      AsyncStore store,
      BodiesAhead bodies,
      Backlogs backlogs,
      Leases leases,
      AsyncFunctions functions,
      Invoker invoker,
      Places places,
      RunnerConfig config,
      Pressure pressure,
      Executor blocking,
      RandomGenerator random) {
    this.store = store;
    this.bodies = bodies;
    this.backlogs = backlogs;
    this.functions = functions;
    this.invoker = invoker;
    this.places = places;
    this.config = config;
    this.pressure = pressure;
    this.blocking = blocking;
    this.backoff = new Backoff(random);
    this.destinations = new Destinations(functions, random);
    this.ownership = new Ownership(store, leases, this::giveBackAll);
    this.windows = new Windows(config.atOnce());
    this.thread = Thread.ofPlatform().daemon().name("async-run").unstarted(this::run);
  }

  public void start() {
    ownership.start();
    thread.start();
  }

  /** Something may be due. Never blocks. */
  public void wake() {
    isWoken = true;
    LockSupport.unpark(thread);
  }

  /** Whether this node has as much as it runs at once, so that others should look too. */
  public boolean isFull() {
    return taken.running() >= atOnce();
  }

  /** Invocations that were given to a worker since the start. */
  public long begun() {
    return begun.get();
  }

  /** Destinations that were not called: too deep, not deployed, or the tenant had no room. */
  public long omittedDestinations() {
    return destinations.omitted();
  }

  /** If this node runs it, its caller's wish reaches it at once. */
  public void cancel(String id) {
    Run run = running.get(id);
    if (run != null) {
      run.cancel();
    }
  }

  private void run() {
    while (!closed) {
      try {
        if (!round()) {
          pause();
        }
        isStoreAway = false;
      } catch (StoreFailure e) {
        if (!isStoreAway) {
          LOG.warn("Accepted invocations wait until the store is back", e);
        }
        isStoreAway = true;
        pause();
      } catch (RuntimeException | Error e) {
        LOG.error("A round of the asynchronous invocations failed; the next one comes", e);
        pause();
      }
    }
  }

  private void pause() {
    if (!isWoken && !closed) {
      LockSupport.parkNanos((last.isEmpty() ? LOOK_EVERY : LOOK_ON).toNanos());
    }
  }

  /**
   * Settles and takes, on this thread; for tests, and otherwise the thread's. True if there was
   * something to do.
   */
  boolean round() {
    isWoken = false;
    long owner = ownership.fence();
    if (owner == 0) {
      return false; // what has ended waits: it may still be this node's
    }
    giveBack(taken.since(System.nanoTime() - AHEAD_MAX.toNanos()));
    List<Run> begun = running.values().stream().filter(run -> !run.isCounted).toList();
    List<Settled> batch = drain(owner);
    int most = isLeavingOff ? 0 : most(batch.size());
    if (batch.isEmpty() && begun.isEmpty() && most <= 0) {
      ask(owner);
      return false;
    }
    AsyncStore.Turn turn;
    try {
      turn = store.turn(owner, batch, backlogs, attempts(begun), most, last, this::room);
    } catch (StoreFailure e) {
      settled.addAll(batch);
      throw e;
    }
    begun.forEach(run -> run.isCounted = true);
    batch.forEach(it -> held.release(it.invocation().id()));
    last = turn.last();
    destinations.omitted(turn.omitted());
    endedLately = batch.size();
    long now = System.nanoTime();
    turn.taken().forEach(it -> taken.add(it, now));
    begin();
    ask(owner);
    prune();
    return !batch.isEmpty() || !turn.taken().isEmpty();
  }

  private static List<QueuedInvocation> attempts(List<Run> begun) {
    return begun.stream().map(run -> run.invocation).toList();
  }

  /** Renews the lease, on this thread; for tests, and otherwise a thread's of its own. */
  void renew() {
    ownership.round();
  }

  private List<Settled> drain(long owner) {
    List<Settled> batch = new ArrayList<>();
    Settled next;
    while (batch.size() < SETTLED_AT_ONCE && (next = settled.poll()) != null) {
      if (next.invocation().owner() == owner) {
        batch.add(next);
      } else { // another node has it
        held.release(next.invocation().id());
        bodies.discard(next);
      }
    }
    return batch;
  }

  /**
   * As many as may be under way, and ahead as many as ended in the time of a round. What was taken
   * and may not begin is no reason to take less of others.
   */
  private int most(int ended) {
    int atOnce = atOnce();
    int ready = taken.ready(ofTenant(atOnce), this::mayBegin);
    return Math.min(
        AHEAD - taken.waiting(), atOnce + Math.min(AHEAD, ended) - taken.running() - ready);
  }

  /**
   * While calls wait for threads, they go first: one that nobody waits for is under way at a time.
   */
  private int atOnce() {
    return pressure.isFull() ? 1 : config.atOnce();
  }

  /** One tenant leaves a quarter to others, so that none waits for another's long calls. */
  private int ofTenant(int most) {
    return Math.max(1, most - Math.ceilDiv(most, 4));
  }

  private int room(TenantId tenant) {
    if (!places.isOpen(tenant) || closedPlaces.isClosed(tenant, System.nanoTime())) {
      return 0;
    }
    int ahead = taken.isHeldUp(tenant, this::mayBegin) ? 0 : Math.min(AHEAD, endedLately);
    return ofTenant(config.atOnce() + ahead) - taken.of(tenant);
  }

  /**
   * Begins what may be. Whoever comes while another is at it leaves it to that one: an invocation
   * that ends at once would else begin the next within itself, and so on.
   */
  private void begin() {
    if (starting.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      QueuedInvocation next;
      int most;
      while (!isLeavingOff
          && (next = taken.begin(most = atOnce(), ofTenant(most), this::reserve)) != null) {
        begin(next);
      }
      seen = starting.addAndGet(-seen);
    } while (seen != 0);
  }

  /** Whether it may begin, in which case the memory that it needs is held. */
  private boolean reserve(QueuedInvocation invocation, int runningOf) {
    return mayBegin(invocation, runningOf)
        && held.hold(invocation.tenant(), invocation.id(), needed(invocation));
  }

  /**
   * Whether it may begin: by the quotas that were found used up, the room that its function found
   * lately, those who wait for one of its function's instances, and memory.
   */
  private boolean mayBegin(QueuedInvocation invocation, int runningOf) {
    FunctionRef function = invocation.version().function();
    return !closedPlaces.isClosed(function, System.nanoTime())
        && runningOf < windows.size(function)
        && (runningOf == 0 || !isCrowded(invocation))
        && held.hasRoom(invocation.tenant(), needed(invocation));
  }

  private boolean isCrowded(QueuedInvocation invocation) {
    return functions
        .find(invocation.version())
        .filter(it -> pressure.isCrowded(it.version()))
        .isPresent();
  }

  /** Bytes of its body and of what it may answer. */
  private long needed(QueuedInvocation invocation) {
    return invocation.bodyBytes()
        + functions
            .find(invocation.version())
            .map(it -> it.version().limits().responseBytes())
            .orElse(0L);
  }

  private void begin(QueuedInvocation invocation) {
    Optional<AsyncFunction> found = functions.find(invocation.version());
    if (invocation.isCancelled()) {
      end(invocation, new Settled.Cancelled(invocation.notBegun(), keep(found)));
    } else if (found.isEmpty()) {
      end(
          invocation,
          givenUp(
              invocation.notBegun(),
              false,
              "unrunnable",
              "there is no such version any more",
              0,
              found));
    } else if (invocation.isTooOld()) {
      String why = invocation.lastReason().isEmpty() ? "" : ": " + invocation.lastReason();
      String ending = invocation.lastEnding().isEmpty() ? "expired" : invocation.lastEnding();
      end(
          invocation,
          givenUp(invocation.notBegun(), true, ending, "it became too old" + why, 0, found));
    } else if (invocation.attempts() > found.get().policy().attempts()) {
      end(
          invocation,
          givenUp(
              invocation.notBegun(),
              true,
              invocation.lastEnding(),
              invocation.lastReason(),
              0,
              found));
    } else {
      admit(invocation, found.get());
    }
  }

  private static Duration keep(Optional<AsyncFunction> function) {
    return function.map(it -> it.policy().keepResult()).orElse(KEPT_OF_NONE);
  }

  private Settled givenUp(
      QueuedInvocation invocation,
      boolean isTried,
      String ending,
      String reason,
      long fuel,
      Optional<AsyncFunction> function) {
    return new Settled.GivenUp(
        invocation,
        isTried,
        ending,
        reason,
        fuel,
        keep(function),
        destinations.afterFailure(invocation, function, isTried, ending, reason));
  }

  private void admit(QueuedInvocation invocation, AsyncFunction function) {
    switch (places.enter(invocation.version().function(), isRateDue(invocation))) {
      case Places.Place.Taken taken -> {
        closedPlaces.close(invocation.version().function(), taken, System.nanoTime());
        end(
            invocation,
            new Settled.Again(
                invocation,
                backoff.notBegun(taken.retryAfter()),
                false,
                invocation.lastEnding(),
                invocation.lastReason()));
      }
      case Places.Place.Free place -> {
        Run run = new Run(invocation, function, place);
        running.put(invocation.id(), run);
        if (invocation.hasLargeBody()) {
          blocking.execute(run::readAndInvoke);
        } else {
          run.invoke(invocation.call().body());
        }
      }
    }
  }

  /** Nobody's request has taken its part of the rate: it follows from another. */
  private static boolean isRateDue(QueuedInvocation invocation) {
    return invocation.depth() > 0 && invocation.attempts() == 1;
  }

  /** It is to be settled so, and others may begin in its place. */
  private void end(QueuedInvocation invocation, Settled how) {
    leave(invocation, how);
    settle(how);
    begin();
  }

  private void leave(QueuedInvocation invocation, Settled how) {
    held.exchange(
        invocation.tenant(),
        invocation.id(),
        how instanceof Settled.Answered answered ? answered.response().body().length : 0);
    taken.ended(invocation.version().function());
  }

  private void settle(Settled how) {
    settled.add(how);
    LockSupport.unpark(thread);
  }

  /** Tells those that run here that their callers gave them up elsewhere. */
  private void ask(long owner) {
    long now = System.nanoTime();
    if (!running.isEmpty() && now - askedNanos >= GIVEN_UP_EVERY.toNanos()) {
      askedNanos = now;
      store.givenUp(owner).forEach(this::cancel);
    }
  }

  private void prune() {
    if (System.nanoTime() - prunedNanos < PRUNE_EVERY.toNanos()) {
      return;
    }
    closedPlaces.forget(System.nanoTime());
    windows.forget(prunedNanos);
    prunedNanos = System.nanoTime();
    if (isPruning.compareAndSet(false, true)) {
      blocking.execute(this::pruneSome);
    }
  }

  /** On another thread: with a million to remove nobody's calls wait for it. */
  private void pruneSome() {
    try {
      for (int turn = 0; turn < PRUNE_TURNS; turn++) {
        if (store.prune(PRUNED_AT_ONCE) < PRUNED_AT_ONCE) {
          return;
        }
      }
    } catch (StoreFailure e) {
      LOG.warn("What is kept no longer is removed later cause={}", e.toString());
    } catch (RuntimeException | Error e) {
      LOG.error("Removing what is kept no longer failed", e);
    } finally {
      isPruning.set(false);
    }
  }

  private void giveBackAll() {
    giveBack(taken.all());
  }

  private void giveBack(List<QueuedInvocation> invocations) {
    invocations.forEach(it ->
        settled.add(new Settled.Again(it, Duration.ZERO, false, it.lastEnding(), it.lastReason())));
  }

  /** Takes no more, and gives back what has not begun; the first phase of a stop. */
  public void leaveOff() {
    isLeavingOff = true;
    giveBackAll();
    wake();
  }

  /**
   * Writes what has ended, and gives the rest to other nodes; does nothing where it was not
   * started.
   */
  @Override
  public void close() {
    leaveOff();
    closed = true;
    if (thread.getState() != Thread.State.NEW) {
      LockSupport.unpark(thread);
      join();
      onTheirWay.forEach(Run::finish);
      settleLast();
    }
    ownership.close();
  }

  private void join() {
    try {
      thread.join(CLOSE_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void settleLast() {
    try {
      long owner = ownership.fence();
      if (owner != 0) {
        store.turn(
            owner,
            List.of(),
            backlogs,
            attempts(List.copyOf(running.values())),
            0,
            "",
            tenant -> 0);
      }
      while (owner != 0 && !settled.isEmpty()) {
        store.turn(owner, drain(owner), backlogs, List.of(), 0, "", tenant -> 0);
      }
    } catch (StoreFailure e) {
      LOG.warn("What has ended could not be written, and is run again cause={}", e.toString());
    }
  }

  /** One attempt. */
  private final class Run implements Invoker.Callback {
    private final QueuedInvocation invocation;
    private final AsyncFunction function;
    private final Places.Place.Free place;
    private final Cancellation cancellation = new Cancellation();
    private volatile boolean isGivenUp;

    /** Whether the queue's row counts this attempt; the runner's thread's. */
    private boolean isCounted;

    Run(QueuedInvocation invocation, AsyncFunction function, Places.Place.Free place) {
      this.invocation = invocation;
      this.function = function;
      this.place = place;
    }

    void readAndInvoke() {
      byte[] body;
      try {
        body = store.body(invocation.tenant(), invocation.id()).orElse(null);
      } catch (StoreFailure e) {
        LOG.warn(
            "The body of an invocation cannot be read tenant={} request={} cause={}",
            invocation.tenant(),
            invocation.id(),
            String.valueOf(e.getCause()));
        hasNoBody(e.isRetryable());
        return;
      }
      if (body == null) {
        ended(new Outcome.StoreUnavailable("another node has it", Duration.ZERO));
      } else {
        invoke(body);
      }
    }

    /** Nothing of the function's own, so it says nothing of the room that it has. */
    private void hasNoBody(boolean mayComeBack) {
      place.leave(Usage.NONE);
      closedPlaces.ended(function.version().function());
      running.remove(invocation.id(), this);
      end(
          invocation,
          mayComeBack
              ? new Settled.Again(
                  invocation, BODY_AWAY, false, "store-unavailable", "its body cannot be read")
              : AsyncRunner.this.givenUp(
                  invocation.notBegun(),
                  false,
                  "body-lost",
                  "its body is lost, or was altered",
                  0,
                  Optional.of(function)));
    }

    void invoke(byte[] body) {
      FunctionVersion version = function.version();
      long deadline =
          System.nanoTime()
              + config.waitMax().plus(WAY_MAX).toNanos()
              + 2 * version.limits().timeout().toNanos();
      begun.incrementAndGet();
      invoker.invoke(
          new Invocation(
              invocation.id(),
              version,
              invocation.call().withBody(body),
              invocation.origin(),
              deadline,
              null,
              cancellation),
          this);
    }

    void cancel() {
      isGivenUp = true;
      cancellation.cancel();
    }

    /** A node that was paused until its lease was another's begins nothing. */
    @Override
    public boolean begins() {
      return ownership.fence() == invocation.owner();
    }

    @Override
    public void ended(Outcome outcome) {
      place.leave(outcome.usage());
      closedPlaces.ended(function.version().function());
      Settled how = settled(outcome);
      leave(invocation, how);
      onTheirWay.put(this, how);
      bodies.keep(how, this::finish);
      begin();
    }

    /** The first of two: with its bodies kept, or as the runner closes. */
    void finish(Settled how) {
      if (onTheirWay.remove(this) != null) {
        running.remove(invocation.id(), this);
        settle(how);
      } else {
        bodies.discard(how);
      }
    }

    private Settled settled(Outcome outcome) {
      AsyncPolicy policy = function.policy();
      Verdict verdict = Verdict.of(outcome, policy);
      if (verdict == Verdict.NOT_BEGUN) {
        windows.shrink(function.version().function());
      } else {
        windows.grow(function.version().function());
      }
      if (isGivenUp && verdict != Verdict.ANSWERED) {
        return new Settled.Cancelled(invocation, policy.keepResult());
      }
      return switch (verdict) {
        case ANSWERED -> answered((Outcome.Responded) outcome);
        case NOT_BEGUN -> again(backoff.notBegun(Duration.ZERO), false, outcome);
        case AGAIN ->
            invocation.attempts() < policy.attempts()
                ? again(backoff.after(invocation.attempts(), policy), true, outcome)
                : givenUp(outcome, true);
        case GIVEN_UP -> givenUp(outcome, false);
      };
    }

    private Settled again(Duration delay, boolean isCounted, Outcome outcome) {
      return new Settled.Again(invocation, delay, isCounted, outcome.word(), said(outcome));
    }

    private Settled answered(Outcome.Responded answer) {
      return new Settled.Answered(
          invocation,
          answer,
          function.policy().keepResult(),
          destinations.afterAnswer(invocation, function, answer));
    }

    private Settled givenUp(Outcome outcome, boolean isTried) {
      return AsyncRunner.this.givenUp(
          invocation,
          isTried,
          outcome.word(),
          said(outcome),
          outcome.usage().fuel(),
          Optional.of(function));
    }

    private static String said(Outcome outcome) {
      return outcome instanceof Outcome.Responded responded
          ? "it answered with status " + responded.status()
          : outcome.error();
    }
  }
}
