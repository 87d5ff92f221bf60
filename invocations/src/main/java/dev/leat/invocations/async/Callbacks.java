package dev.leat.invocations.async;

import dev.leat.contract.Headers;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what invocations came to, to where their callers said: at least once each, again with
 * growing waits until a server answers 2xx, or 410, or a day is over. One thread takes what is due;
 * each is sent on a thread that may block.
 */
public final class Callbacks implements AutoCloseable {
  /** The secret of the tenant that signs; whoever receives them has it too. */
  public static final String KEY = "callback-key";

  /** Answers that are longer are to be asked for; so many under way hold 32 MiB. */
  static final int BODY_BYTES_MAX = 1 << 20;

  static final int UNDER_WAY_MAX = 32;

  /** Servers of one tenant that do not answer hold up no other's. */
  static final int OF_TENANT_MAX = 4;

  static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Longer than an attempt takes: until then nobody else tries. */
  static final Duration HIDDEN = Duration.ofSeconds(60);

  private static final Duration LOOK_EVERY = Duration.ofMillis(500);
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);
  private static final int DOUBLINGS_MAX = 12;
  private static final int GONE = 410;
  private static final byte[] NO_BODY = new byte[0];
  private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

  private final CallbackStore store;
  private final AsyncStore results;
  private final Keys keys;
  private final Sender sender;
  private final Executor blocking;
  private final Clock clock;
  private final RandomGenerator random;
  private final Map<TenantId, Integer> underWayOf = new ConcurrentHashMap<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicLong delivered = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong givenUp = new AtomicLong();
  private final Thread thread;
  private volatile boolean closed;

  // Confined to the thread.
  private String last = "";
  private boolean isStoreAway;

  /** The key that signs a tenant's callbacks. May block. */
  @FunctionalInterface
  public interface Keys {
    Optional<byte[]> of(TenantId tenant);
  }

  /** Posts to a server, by the rules of what functions may reach. May block; never throws. */
  @FunctionalInterface
  public interface Sender {
    Sent send(TenantId tenant, String url, Headers fields, byte[] body, Duration patience);
  }

  /**
   * @param status of the answer; 0 if none came
   * @param why none came
   */
  public record Sent(int status, String why) {}

  /** What became of all since the start. */
  public record Counts(long delivered, long failed, long givenUp) {}

  public Callbacks(
      CallbackStore store,
      AsyncStore results,
      Keys keys,
      Sender sender,
      Executor blocking,
      Clock clock,
      RandomGenerator random) {
    this.store = store;
    this.results = results;
    this.keys = keys;
    this.sender = sender;
    this.blocking = blocking;
    this.clock = clock;
    this.random = random;
    this.thread = Thread.ofPlatform().daemon().name("async-callbacks").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  public Counts counts() {
    return new Counts(delivered.get(), failed.get(), givenUp.get());
  }

  private void run() {
    while (!closed) {
      try {
        if (!round()) {
          LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
        isStoreAway = false;
      } catch (StoreFailure e) {
        if (!isStoreAway) {
          LOG.warn("Callbacks wait until the store is back", e);
        }
        isStoreAway = true;
        LockSupport.parkNanos(LOOK_EVERY.toNanos());
      } catch (RuntimeException | Error e) {
        LOG.error("A round of the callbacks failed; the next one comes", e);
        LockSupport.parkNanos(LOOK_EVERY.toNanos());
      }
    }
  }

  /**
   * Takes what is due and has it sent; true if there was something. For tests; else the thread's.
   */
  boolean round() {
    int most = UNDER_WAY_MAX - underWay.get();
    if (most <= 0) {
      return false;
    }
    CallbackStore.Turn turn = store.take(most, last, this::room, HIDDEN);
    last = turn.last();
    for (Callback callback : turn.taken()) {
      underWay.incrementAndGet();
      underWayOf.merge(callback.tenant(), 1, Integer::sum);
      blocking.execute(() -> send(callback));
    }
    return !turn.taken().isEmpty();
  }

  private int room(TenantId tenant) {
    return OF_TENANT_MAX - underWayOf.getOrDefault(tenant, 0);
  }

  private void send(Callback callback) {
    try {
      settle(callback, attempt(callback));
    } catch (StoreFailure e) {
      LOG.debug("A callback is sent again, later cause={}", e.toString());
    } catch (RuntimeException | Error e) {
      LOG.error("Sending a callback failed", e);
    } finally {
      underWayOf.computeIfPresent(callback.tenant(), (id, count) -> count == 1 ? null : count - 1);
      underWay.decrementAndGet();
      LockSupport.unpark(thread);
    }
  }

  private Sent attempt(Callback callback) {
    Optional<byte[]> key = keys.of(callback.tenant());
    if (key.isEmpty()) {
      return new Sent(0, "the tenant has no secret '" + KEY + "'");
    }
    Headers.Builder fields = new Headers.Builder();
    byte[] body = body(callback, fields);
    fields
        .add("Leat-Invocation-Id", callback.id())
        .add("Leat-Invocation-Function", callback.version().function().name().value())
        .add("Leat-Invocation-State", callback.state().word())
        .add("Leat-Invocation-Status", Integer.toString(callback.status()))
        .add(
            "Leat-Signature",
            CallbackSignature.of(
                key.get(),
                clock.instant().getEpochSecond(),
                callback.id(),
                callback.state().word(),
                callback.status(),
                body));
    return sender.send(callback.tenant(), callback.url(), fields.build(), body, PATIENCE);
  }

  /** The function's own answer where it is kept and not too long; else why there is none. */
  private byte[] body(Callback callback, Headers.Builder fields) {
    if (callback.state() != InvocationState.DONE) {
      fields.add("Content-Type", "application/json");
      return FailureDocument.of(
          callback.id(),
          callback.version(),
          callback.state(),
          callback.ofInvocation(),
          callback.ending(),
          callback.reason());
    }
    Optional<KeptResult> result = results.result(callback.tenant(), callback.id());
    if (result.isEmpty() || result.get().body().length > BODY_BYTES_MAX) {
      fields.add(Destinations.OMITTED, result.isEmpty() ? "expired" : "too-large");
      return NO_BODY;
    }
    String type = result.get().headers().first("content-type");
    if (type != null) {
      fields.add("Content-Type", type);
    }
    return result.get().body();
  }

  private void settle(Callback callback, Sent sent) {
    if (sent.status() / 100 == 2) {
      store.end(callback);
      delivered.incrementAndGet();
    } else if (sent.status() == GONE || callback.isTooOld()) {
      store.end(callback);
      givenUp.incrementAndGet();
      LOG.debug(
          "A callback is given up tenant={} invocation={} status={} cause={}",
          callback.tenant(),
          callback.id(),
          sent.status(),
          sent.why());
    } else {
      store.putOff(callback, wait(callback.attempts()));
      failed.incrementAndGet();
    }
  }

  /** Twice as long each time, between half of it and all. */
  private Duration wait(int attempts) {
    long millis =
        Math.min(
            LONGEST_WAIT.toMillis(),
            FIRST_WAIT.toMillis() << Math.min(attempts - 1, DOUBLINGS_MAX));
    return Duration.ofMillis(millis / 2 + random.nextLong(millis / 2 + 1));
  }

  /** What is under way is sent again, unless its answer still comes. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    try {
      thread.join(Duration.ofSeconds(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
