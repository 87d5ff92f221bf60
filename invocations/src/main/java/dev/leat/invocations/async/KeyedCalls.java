package dev.leat.invocations.async;

import dev.leat.contract.HttpCall;
import dev.leat.contract.TenantId;
import dev.leat.invocations.async.KeyedCallStore.Claim;
import dev.leat.invocations.async.KeyedCallStore.Key;
import dev.leat.store.FairPlaces;
import dev.leat.store.FairRoom;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks and tells the store of keyed calls, on other threads than the asker's, in the places that
 * tenants' work has at the database. Never blocks.
 */
public final class KeyedCalls {
  /**
   * Calls from their claim until what became of them is in the store, a quarter of them one
   * tenant's: so there is room for each one's end once it was claimed. Those that wait for the
   * store have a virtual thread of about 1 KB; requests and answers are held by who waits.
   */
  static final int HELD_MAX = 8_192;

  private static final Logger LOG = LoggerFactory.getLogger(KeyedCalls.class);

  private final KeyedCallStore store;
  private final Predicate<TenantId> exists;
  private final FairPlaces places;
  private final Executor blocking;
  private final FairRoom room = new FairRoom(HELD_MAX);

  /**
   * @param exists whether there still is such a tenant
   * @param places at the store's database
   * @param blocking virtual threads
   */
  public KeyedCalls(
      KeyedCallStore store, Predicate<TenantId> exists, FairPlaces places, Executor blocking) {
    this.store = store;
    this.exists = exists;
    this.places = places;
    this.blocking = blocking;
  }

  /** What became of a claim. */
  public sealed interface Told {
    /** Nobody had it: the call runs. */
    record First(Claimed claimed) implements Told {}

    /** The first is not answered yet. */
    record Pending() implements Told {}

    /** What the first was answered; there is memory for it. */
    record Replay(FirstAnswer answer) implements Told {}

    /** There is no memory for what the first was answered. */
    record NoMemory() implements Told {}

    /** It came with another request. */
    record Reused() implements Told {}

    /** The tenant has as many as it may. */
    record Full() implements Told {}

    /** There is no room among those that have not ended, or the tenant is being deleted. */
    record Overloaded() implements Told {}

    record StoreAway() implements Told {}
  }

  /**
   * @param call with the fields that belong to what is asked
   * @param memory takes so many bytes for an answer that is about to be read, or gives false
   * @param told once, on any thread; brief
   */
  public void claim(
      Key key,
      HttpCall call,
      String id,
      Duration pendingFor,
      LongPredicate memory,
      Consumer<Told> told) {
    if (!room.enter(tenant(key))) {
      told.accept(new Told.Overloaded());
      return;
    }
    blocking.execute(() -> {
      String request = IdempotencyKey.digestWithFields(call);
      places.run(
          tenant(key),
          () -> {
            Told found = claim(key, request, id, pendingFor, memory);
            if (!(found instanceof Told.First)) {
              room.leave(tenant(key));
            }
            told.accept(found);
          });
    });
  }

  private static TenantId tenant(Key key) {
    return key.function().tenant();
  }

  private Told claim(
      Key key, String request, String id, Duration pendingFor, LongPredicate memory) {
    try {
      if (!exists.test(tenant(key))) {
        return new Told.Overloaded();
      }
      Claim claim = store.claim(key, request, id, pendingFor);
      return switch (claim) {
        case Claim.First _ when !exists.test(tenant(key)) -> {
          // Its rows may have been deleted before this one was there: the next of its name would
          // find it.
          store.forget(key, id);
          yield new Told.Overloaded();
        }
        case Claim.First _ -> new Told.First(new Claimed(key, id));
        case Claim.Pending _ -> new Told.Pending();
        case Claim.Answered it when !memory.test(it.bytes()) -> new Told.NoMemory();
        case Claim.Answered it ->
            store.answer(key, it.id()).<Told>map(Told.Replay::new).orElse(new Told.Pending());
        case Claim.Reused _ -> new Told.Reused();
        case Claim.Full _ -> new Told.Full();
      };
    } catch (StoreFailure e) {
      LOG.warn("A key cannot be claimed cause={}", e.toString());
      return new Told.StoreAway();
    } catch (RuntimeException | Error e) { // else its caller would wait for ever
      LOG.error("Claiming a key failed", e);
      return new Told.StoreAway();
    }
  }

  /** Calls that were claimed, or are being, and whose end is not in the store. */
  int held() {
    return room.held();
  }

  /** The claim of a call that is the first; its end is told once. Safe for several threads. */
  public final class Claimed {
    private final Key key;
    private final String id;
    private final AtomicBoolean isSettled = new AtomicBoolean();

    private Claimed(Key key, String id) {
      this.key = key;
      this.id = id;
    }

    /**
     * The call has ended.
     *
     * @param answer what it is answered; empty if nothing ran, so that the key is free again
     * @param then what is done once that is committed, or cannot be; brief
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
      blocking.execute(() ->
          places.run(
              tenant(key),
              () -> {
                try {
                  write(answer);
                } finally {
                  room.leave(tenant(key));
                  then.run();
                }
              }));
    }

    private void write(@Nullable FirstAnswer answer) {
      try {
        if (answer == null || !exists.test(tenant(key))) {
          store.forget(key, id);
        } else {
          store.keep(key, id, answer);
        }
      } catch (StoreFailure e) {
        LOG.warn("What a key was answered cannot be kept cause={}", e.toString());
      }
    }
  }
}
