package dev.leat.bench;

import dev.leat.contract.AsyncPolicy;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Origin;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.contract.VersionRef;
import dev.leat.invocations.async.Accepting;
import dev.leat.invocations.async.Account;
import dev.leat.invocations.async.AsyncFunctions;
import dev.leat.invocations.async.AsyncRunner;
import dev.leat.invocations.async.AsyncStore;
import dev.leat.invocations.async.AsyncStore.Backlog;
import dev.leat.invocations.async.BodiesAhead;
import dev.leat.invocations.async.NewInvocation;
import dev.leat.invocations.async.Places;
import dev.leat.invocations.async.Pressure;
import dev.leat.invocations.async.RunnerConfig;
import dev.leat.invocations.jdbi.InvocationsSchema;
import dev.leat.invocations.jdbi.JdbiAsyncStore;
import dev.leat.invocations.jdbi.LargeBodies;
import dev.leat.store.JdbiLeases;
import dev.leat.store.StoreSchema;
import dev.leat.testkit.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * How many asynchronous invocations are accepted and run in a second, and how long one waits when
 * nothing else does: the queue of two nodes in one JVM, over functions that answer at once.
 */
final class AsyncBenchmark {
  private static final Backlog ROOM = new Backlog(10_000_000, Long.MAX_VALUE);
  private static final int COUNT = 30_000;
  private static final int CLIENTS = 64;
  private static final int IDLE = 200;
  private static final int NODES = 2;
  private static final VersionRef VERSION =
      new VersionRef(
          new FunctionRef(new TenantId("acme"), new FunctionName("noop")),
          1,
          ModuleDigest.of(new byte[] {1}));

  private final AsyncStore store;
  private final BodiesAhead ahead;
  private final DataSource source;
  private final Answers answers = new Answers();
  private final AtomicLong made = new AtomicLong();

  private AsyncBenchmark(DataSource source) {
    this.source = source;
    LargeBodies bodies = LargeBodies.inTable(source);
    this.store = new JdbiAsyncStore(source, bodies);
    this.ahead = new BodiesAhead(bodies, Runnable::run);
  }

  public static void main(String[] arguments) throws InterruptedException {
    for (String which : arguments.length == 0 ? new String[] {"postgres", "h2"} : arguments) {
      try (TestDatabase database =
          which.equals("h2") ? TestDatabase.h2() : TestDatabase.postgres()) {
        StoreSchema.migrate(database.dataSource());
        InvocationsSchema.migrate(database.dataSource());
        new AsyncBenchmark(database.dataSource()).run(which);
      }
    }
  }

  private void run(String which) throws InterruptedException {
    List<AsyncRunner> runners = new ArrayList<>();
    for (int node = 0; node < NODES; node++) {
      runners.add(runner());
    }
    try (Accepting accepting = new Accepting(store, ahead, tenant -> ROOM, it -> true, () -> {})) {
      accepting.start();
      accept(accepting, 5_000); // warm
      System.out.printf("%s accepted %d/s%n", which, accept(accepting, COUNT));
      runners.forEach(AsyncRunner::start);
      awaitDrained();
      accept(accepting, COUNT);
      long started = System.nanoTime();
      runners.forEach(AsyncRunner::wake);
      awaitDrained();
      System.out.printf("%s drained %d/s%n", which, perSecond(COUNT, started));
      idle(accepting, runners, which);
    } finally {
      runners.forEach(AsyncRunner::close);
    }
    Account account = store.account(Optional.empty());
    System.out.printf("%s %s missing %d%n", which, account, account.missing());
  }

  private AsyncRunner runner() {
    return new AsyncRunner(
        store,
        ahead,
        tenant -> ROOM,
        new JdbiLeases(source),
        new OneFunction(),
        answers,
        new NoQuotas(),
        new RunnerConfig(8, Duration.ofSeconds(10)),
        new NoOneElse(),
        Runnable::run,
        () -> ThreadLocalRandom.current().nextLong());
  }

  /** By so many clients as wait at once; gives how many in a second. */
  private long accept(Accepting accepting, int count) throws InterruptedException {
    long started = System.nanoTime();
    CountDownLatch left = new CountDownLatch(count);
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      for (int client = 0; client < CLIENTS; client++) {
        int own = count / CLIENTS + (client < count % CLIENTS ? 1 : 0);
        clients.execute(() -> {
          for (int i = 0; i < own; i++) {
            accepting.accept(wish());
            left.countDown();
          }
        });
      }
      left.await();
    }
    return perSecond(count, started);
  }

  private NewInvocation wish() {
    return new NewInvocation(
        HexFormat.of().toHexDigits(System.currentTimeMillis(), 12)
            + HexFormat.of().toHexDigits(made.incrementAndGet(), 8),
        VERSION,
        new HttpCall(
            "POST", "", null, Headers.of("content-type", "application/json"), new byte[100]),
        Origin.ANONYMOUS,
        Duration.ofHours(1),
        Optional.empty(),
        Optional.empty(),
        0);
  }

  private void awaitDrained() {
    while (store.account(Optional.empty()).queued() + store.account(Optional.empty()).running()
        > 0) {
      LockSupport.parkNanos(20_000_000);
    }
  }

  private void idle(Accepting accepting, List<AsyncRunner> runners, String which) {
    long[] waits = new long[IDLE];
    for (int i = 0; i < IDLE; i++) {
      NewInvocation one = wish();
      accepting.accept(one);
      long accepted = System.nanoTime();
      runners.getFirst().wake();
      Long begun;
      while ((begun = answers.begun.get(one.id())) == null) {
        Thread.onSpinWait();
      }
      waits[i] = begun - accepted;
      LockSupport.parkNanos(5_000_000);
    }
    Arrays.sort(waits);
    System.out.printf(
        "%s idle: accepted to begun p50 %.1f ms, p99 %.1f ms%n",
        which, waits[IDLE / 2] / 1e6, waits[IDLE * 99 / 100] / 1e6);
  }

  private static long perSecond(int count, long startedNanos) {
    return Math.round(count * 1e9 / (System.nanoTime() - startedNanos));
  }

  /** Answers each at once, on the thread that it comes on. */
  private static final class Answers implements Invoker {
    final Map<String, Long> begun = new ConcurrentHashMap<>();

    @Override
    public void invoke(Invocation invocation, Callback callback) {
      begun.put(invocation.id(), System.nanoTime());
      callback.ended(new Outcome.Responded(200, Headers.NONE, new byte[10], Usage.NONE));
    }
  }

  private static final class OneFunction implements AsyncFunctions {
    private static final AsyncFunction FUNCTION =
        new AsyncFunction(
            new FunctionVersion(
                VERSION.function(),
                VERSION.number(),
                VERSION.module(),
                GuestContract.HANDLER,
                Limits.DEFAULT,
                InstancePolicy.DEFAULT,
                Grants.NONE,
                "{}"),
            AsyncPolicy.DEFAULT);

    @Override
    public Optional<AsyncFunction> find(VersionRef version) {
      return Optional.of(FUNCTION);
    }

    @Override
    public Optional<AsyncFunction> find(FunctionRef function, String selector) {
      return Optional.of(FUNCTION);
    }

    @Override
    public Optional<AsyncFunction> find(FunctionRef function) {
      return Optional.empty();
    }
  }

  private static final class NoQuotas implements Places {
    @Override
    public boolean isOpen(TenantId tenant) {
      return true;
    }

    @Override
    public Place enter(FunctionRef function, boolean isRateDue) {
      return (Place.Free) used -> {};
    }
  }

  private static final class NoOneElse implements Pressure {
    @Override
    public boolean isFull() {
      return false;
    }

    @Override
    public boolean isCrowded(FunctionVersion version) {
      return false;
    }
  }
}
