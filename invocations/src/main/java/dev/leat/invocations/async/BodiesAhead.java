package dev.leat.invocations.async;

import dev.leat.contract.TenantId;
import dev.leat.store.FairPlaces;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has large bodies kept before the transactions that need them, on other threads, so that no small
 * one waits for them. Where there is no place for one soon, or the blob store failed lately, the
 * transaction keeps the body itself: a blob store that is away, or hangs, costs nobody an answer.
 * Never blocks; safe for several threads.
 */
public final class BodiesAhead {
  /** Bodies on their way at the same moment; half of them a tenant's. */
  static final int AT_ONCE = 16;

  /** How long one waits for its place. */
  static final Duration PATIENCE = Duration.ofSeconds(1);

  /** A blob store that failed is left alone for so long. */
  static final Duration REST = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(BodiesAhead.class);

  private final BodyStore store;
  private final Executor blocking;
  private final LongSupplier nanoTime;
  private final FairPlaces places = new FairPlaces(AT_ONCE);

  /** When it may be tried again. */
  private final AtomicLong restsUntilNanos;

  /**
   * @param blocking virtual threads; each that waits has a body that whoever gave it counts
   */
  public BodiesAhead(BodyStore store, Executor blocking) {
    this(store, blocking, System::nanoTime);
  }

  BodiesAhead(BodyStore store, Executor blocking, LongSupplier nanoTime) {
    this.store = store;
    this.blocking = blocking;
    this.nanoTime = nanoTime;
    this.restsUntilNanos = new AtomicLong(nanoTime.getAsLong());
  }

  /** Whether such a body is kept ahead just now. */
  boolean isKeptAhead(byte[] body) {
    return store.isKeptAhead(body) && nanoTime.getAsLong() - restsUntilNanos.get() >= 0;
  }

  /**
   * Does on another thread what keeps bodies of a tenant; something else if that would have to wait
   * for long.
   */
  void run(TenantId tenant, Runnable keeping, Runnable otherwise) {
    blocking.execute(() -> {
      if (!places.tryRun(tenant, PATIENCE, keeping)) {
        otherwise.run();
      }
    });
  }

  /** With its body kept ahead, if that is to be and can be. Blocks. */
  NewInvocation kept(NewInvocation wish) {
    byte[] body = wish.call().body();
    return kept(wish.version().function().tenant(), body).map(wish::keptAs).orElse(wish);
  }

  private Optional<String> kept(TenantId tenant, byte[] body) {
    if (!isKeptAhead(body)) {
      return Optional.empty();
    }
    try {
      return Optional.of(store.keep(tenant, body));
    } catch (StoreFailure e) {
      if (rest()) {
        LOG.warn(
            "Large bodies are kept in the database for {} s, for keeping one elsewhere failed"
                + " tenant={} cause={}",
            REST.toSeconds(),
            tenant,
            String.valueOf(e.getCause()));
      }
    } catch (RuntimeException | Error e) { // else it would never be accepted, or written
      LOG.error("Keeping a body of tenant {} failed; the database keeps it", tenant, e);
    }
    return Optional.empty();
  }

  /** Whether it did not rest already. */
  private boolean rest() {
    long now = nanoTime.getAsLong();
    return now - restsUntilNanos.getAndSet(now + REST.toNanos()) >= 0;
  }

  /**
   * Keeps an answer's body ahead, and that of what is accepted with it.
   *
   * @param then is given it, on this thread if there is nothing to keep
   */
  void keep(Settled ended, Consumer<Settled> then) {
    if (ended instanceof Settled.Answered answered && isKeptAhead(answered.response().body())) {
      run(ended.invocation().tenant(), () -> then.accept(kept(answered)), () -> then.accept(ended));
    } else {
      then.accept(ended);
    }
  }

  private Settled kept(Settled.Answered answered) {
    return new Settled.Answered(
        answered.invocation(),
        answered.response(),
        answered.keep(),
        answered.next().map(this::kept),
        kept(answered.invocation().tenant(), answered.response().body()));
  }

  /** It was not accepted: nobody needs its body. */
  void discard(NewInvocation wish) {
    wish.kept().ifPresent(name -> discard(wish.version().function().tenant(), name));
  }

  /** It is not written: nobody needs its bodies. */
  void discard(Settled ended) {
    if (ended instanceof Settled.Answered answered) {
      answered.kept().ifPresent(name -> discard(ended.invocation().tenant(), name));
      answered.next().ifPresent(this::discard);
    }
  }

  private void discard(TenantId tenant, String name) {
    blocking.execute(() ->
        places.run(
            tenant,
            () -> {
              try {
                store.discard(name);
              } catch (StoreFailure e) {
                LOG.info("A body that nobody needs is removed later cause={}", e.toString());
              }
            }));
  }
}
