package dev.leat.invocations.async;

import dev.leat.contract.HttpCall;
import dev.leat.invocations.async.KeyedCallStore.Claim;
import dev.leat.invocations.async.KeyedCallStore.Key;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks and tells the store of keyed calls, on other threads than the asker's. Never blocks. */
public final class KeyedCalls {
  /** Claims that wait for the store: each has a request and a thread of some KB. */
  static final int WAITING_MAX = 2_000;

  private static final Logger LOG = LoggerFactory.getLogger(KeyedCalls.class);

  private final KeyedCallStore store;
  private final Executor blocking;
  private final AtomicInteger waiting = new AtomicInteger();

  public KeyedCalls(KeyedCallStore store, Executor blocking) {
    this.store = store;
    this.blocking = blocking;
  }

  /** What became of a claim. */
  public sealed interface Told {
    record Found(Claim claim, Claimed claimed) implements Told {}

    /** There is no room among those that wait for the store. */
    record Overloaded() implements Told {}

    record StoreAway() implements Told {}
  }

  /**
   * @param told once, on any thread
   */
  public void claim(Key key, HttpCall call, String id, Duration pendingFor, Consumer<Told> told) {
    if (waiting.incrementAndGet() > WAITING_MAX) {
      waiting.decrementAndGet();
      told.accept(new Told.Overloaded());
      return;
    }
    blocking.execute(() -> {
      Told found;
      try {
        Claim claim = store.claim(key, IdempotencyKey.digest(call), id, pendingFor);
        found = new Told.Found(claim, new Claimed(key, id, claim instanceof Claim.First));
      } catch (StoreFailure e) {
        LOG.warn("A key cannot be claimed cause={}", e.toString());
        found = new Told.StoreAway();
      } catch (RuntimeException | Error e) { // else its caller would wait for ever
        LOG.error("Claiming a key failed", e);
        found = new Told.StoreAway();
      } finally {
        waiting.decrementAndGet();
      }
      told.accept(found);
    });
  }

  /** A claim; whoever was the first says once what becomes of it. Safe for several threads. */
  public final class Claimed {
    private final Key key;
    private final String id;
    private final AtomicBoolean isSettled;

    private Claimed(Key key, String id, boolean isFirst) {
      this.key = key;
      this.id = id;
      this.isSettled = new AtomicBoolean(!isFirst);
    }

    /**
     * The call has ended.
     *
     * @param answer what it is answered; empty if nothing ran, so that the key is free again
     * @param then what is done once that is committed, or cannot be
     */
    public void ended(Optional<FirstAnswer> answer, Runnable then) {
      settle(answer.orElse(null), then);
    }

    /** It does not run; does nothing after its end. */
    public void dropped() {
      settle(null, () -> {});
    }

    private void settle(@Nullable FirstAnswer answer, Runnable then) {
      if (!isSettled.compareAndSet(false, true)) {
        then.run();
        return;
      }
      blocking.execute(() -> {
        try {
          if (answer == null) {
            store.forget(key, id);
          } else {
            store.keep(key, id, answer);
          }
        } catch (StoreFailure e) {
          LOG.warn("What a key was answered cannot be kept cause={}", e.toString());
        } finally {
          then.run();
        }
      });
    }
  }
}
