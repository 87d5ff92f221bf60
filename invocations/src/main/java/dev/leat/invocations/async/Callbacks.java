package dev.leat.invocations.async;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.Headers;
import dev.leat.contract.TenantId;
import dev.leat.invocations.async.CallbackStatus.State;
import dev.leat.invocations.async.CallbackStatus.Why;
import dev.leat.invocations.async.CallbackStore.Tried;
import dev.leat.store.StoreFailure;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
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

  /** Answers that are longer are to be asked for, and never read here. */
  static final int BODY_BYTES_MAX = 1 << 20;

  /** Answers of all that are under way; a tenant's hold a quarter of it. */
  static final long BODIES_BYTES_MAX = 32L << 20;

  static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Longer than an attempt takes: until then nobody else tries. */
  static final Duration HIDDEN = Duration.ofSeconds(60);

  /** What could not be sent for want of a quota, or of memory, waits so long, and no more of it. */
  static final Duration NO_QUOTA_WAIT = Duration.ofSeconds(5);

  static final Duration NO_MEMORY_WAIT = Duration.ofSeconds(1);

  private static final Duration LOOK_EVERY = Duration.ofMillis(500);

  /** Some tenants were looked at, none with anything due: there are others. */
  private static final Duration LOOK_ON = Duration.ofMillis(100);

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
  private final Quotas quotas;
  private final LongSupplier nanoTime;
  private final CallbackRoom room = new CallbackRoom();
  private final HeldBytes held = new HeldBytes(BODIES_BYTES_MAX);
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

  /** Whose callbacks may be sent now. Never blocks. */
  public interface Quotas {
    /** Whether anything of the tenant is sent at all. */
    boolean isOpen(TenantId tenant);

    /**
     * Takes one of the requests that the function and its tenant may send; false if none is left.
     */
    boolean tryTake(FunctionRef function);
  }

  /** What an attempt came to. */
  private sealed interface Attempt {}

  /**
   * @param status of the answer; 0 if none came
   * @param why none came
   */
  public record Sent(int status, String why) implements Attempt {}

  /** Nothing could be sent; it counts as an attempt, so that it is tried ever more seldom. */
  private record Failed(Why why, String error) implements Attempt {}

  /** Nothing was sent, so no attempt was used. */
  private record NotNow(Duration delay, Why why, String error) implements Attempt {}

  /** What became of all since the start. */
  public record Counts(long delivered, long failed, long givenUp) {}

  public Callbacks(
      CallbackStore store,
      AsyncStore results,
      Keys keys,
      Sender sender,
      Quotas quotas,
      Executor blocking,
      Clock clock,
      LongSupplier nanoTime,
      RandomGenerator random) {
    this.store = store;
    this.results = results;
    this.keys = keys;
    this.sender = sender;
    this.quotas = quotas;
    this.nanoTime = nanoTime;
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
          LockSupport.parkNanos((last.isEmpty() ? LOOK_EVERY : LOOK_ON).toNanos());
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
    int most = room.free();
    if (most <= 0) {
      return false;
    }
    CallbackStore.Turn turn = store.take(most, last, this::room, HIDDEN);
    last = turn.last();
    for (Callback callback : turn.taken()) {
      room.begun(callback.tenant());
      blocking.execute(() -> send(callback));
    }
    return !turn.taken().isEmpty();
  }

  private int room(TenantId tenant) {
    return quotas.isOpen(tenant) ? room.of(tenant, nanoTime.getAsLong()) : 0;
  }

  private void send(Callback callback) {
    try {
      settle(callback, tried(callback));
    } catch (StoreFailure e) {
      LOG.debug("A callback is sent again, later cause={}", e.toString());
    } catch (RuntimeException | Error e) {
      LOG.error("Sending a callback failed", e);
    } finally {
      held.release(heldId(callback));
      room.ended(callback.tenant(), nanoTime.getAsLong());
      LockSupport.unpark(thread);
    }
  }

  /** Ids are a tenant's own. */
  private static String heldId(Callback callback) {
    return callback.tenant() + "/" + callback.id();
  }

  /** What fails here failed as an attempt: else its age would never be looked at. */
  private Attempt tried(Callback callback) {
    try {
      return attempt(callback);
    } catch (RuntimeException | Error e) {
      if (room.mayLog(callback.tenant(), nanoTime.getAsLong())) {
        LOG.warn(
            "Callbacks of a tenant fail here; logged once an hour tenant={} invocation={}",
            callback.tenant(),
            callback.id(),
            e);
      }
      return new Failed(Why.UNREADABLE, "the key or the answer cannot be read");
    }
  }

  private Attempt attempt(Callback callback) {
    Optional<byte[]> key = keys.of(callback.tenant());
    if (key.isEmpty()) {
      return new Failed(Why.NO_KEY, "the tenant has no secret '" + KEY + "'");
    }
    OptionalLong bytes =
        callback.state() == InvocationState.DONE
            ? results.resultBytes(callback.tenant(), callback.id())
            : OptionalLong.empty();
    boolean isRead = bytes.isPresent() && bytes.getAsLong() <= BODY_BYTES_MAX;
    if (isRead && !held.hold(callback.tenant(), heldId(callback), bytes.getAsLong())) {
      return new NotNow(NO_MEMORY_WAIT, Why.MEMORY, "too many answers are being sent");
    }
    if (!quotas.tryTake(callback.version().function())) {
      return new NotNow(NO_QUOTA_WAIT, Why.QUOTA, "the quota of requests to servers is used up");
    }
    Headers.Builder fields = new Headers.Builder();
    byte[] body = body(callback, bytes, fields);
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
    long start = nanoTime.getAsLong();
    Sent sent = sender.send(callback.tenant(), callback.url(), fields.build(), body, PATIENCE);
    room.sent(callback.tenant(), nanoTime.getAsLong() - start);
    return sent;
  }

  /** The function's own answer where it is kept and not too long; else why there is none. */
  private byte[] body(Callback callback, OptionalLong bytes, Headers.Builder fields) {
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
    if (bytes.isPresent() && bytes.getAsLong() > BODY_BYTES_MAX) {
      fields.add(Destinations.OMITTED, "too-large");
      return NO_BODY;
    }
    Optional<KeptResult> result =
        bytes.isEmpty() ? Optional.empty() : results.result(callback.tenant(), callback.id());
    if (result.isEmpty()) {
      fields.add(Destinations.OMITTED, "expired");
      return NO_BODY;
    }
    String type = result.get().headers().first("content-type");
    if (type != null) {
      fields.add("Content-Type", type);
    }
    return result.get().body();
  }

  private void settle(Callback callback, Attempt attempt) {
    switch (attempt) {
      case Sent(int status, String why) -> settle(callback, new Tried(Why.SERVER, status, why));
      case Failed(Why why, String error) -> settle(callback, new Tried(why, 0, error));
      case NotNow(Duration _, Why why, String error) when callback.isTooOld() ->
          settle(callback, new Tried(why, 0, error));
      case NotNow(Duration delay, Why why, String _) -> {
        room.close(callback.tenant(), delay, nanoTime.getAsLong());
        store.delay(callback, delay, why);
      }
    }
  }

  private void settle(Callback callback, Tried last) {
    if (last.status() / 100 == 2) {
      store.end(callback, State.DELIVERED, last);
      delivered.incrementAndGet();
    } else if (last.status() == GONE || callback.isTooOld()) {
      store.end(callback, State.GIVEN_UP, last);
      givenUp.incrementAndGet();
      LOG.debug(
          "A callback is given up tenant={} invocation={} status={} cause={}",
          callback.tenant(),
          callback.id(),
          last.status(),
          last.error());
    } else {
      store.putOff(callback, wait(callback.attempts()), last);
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
