package dev.leat.invocations.async;

import dev.leat.contract.TenantId;
import dev.leat.store.FairPlaces;
import dev.leat.store.StoreFailure;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has large bodies kept before the transactions that need them, on other threads, so that no small
 * one waits for them. Where that fails the transaction keeps the body itself: a blob store that is
 * away costs nobody an answer. Never blocks; safe for several threads.
 */
public final class BodiesAhead {
  /** Bodies on their way at the same moment; half of them a tenant's. */
  private static final int AT_ONCE = 16;

  private static final Logger LOG = LoggerFactory.getLogger(BodiesAhead.class);

  private final BodyStore store;
  private final Executor blocking;
  private final FairPlaces places = new FairPlaces(AT_ONCE);

  /**
   * @param blocking virtual threads; each that waits has a body that whoever gave it counts
   */
  public BodiesAhead(BodyStore store, Executor blocking) {
    this.store = store;
    this.blocking = blocking;
  }

  /**
   * @param then is given it, on this thread if its body is not kept ahead
   */
  void keep(NewInvocation wish, Consumer<NewInvocation> then) {
    TenantId tenant = wish.version().function().tenant();
    if (store.isKeptAhead(wish.call().body())) {
      run(tenant, () -> then.accept(kept(wish)));
    } else {
      then.accept(wish);
    }
  }

  /** The same of an answer, and of what is accepted with it. */
  void keep(Settled ended, Consumer<Settled> then) {
    if (ended instanceof Settled.Answered answered
        && store.isKeptAhead(answered.response().body())) {
      TenantId tenant = ended.invocation().tenant();
      run(
          tenant,
          () ->
              then.accept(
                  new Settled.Answered(
                      answered.invocation(),
                      answered.response(),
                      answered.keep(),
                      answered.next().map(this::kept),
                      kept(tenant, answered.response().body()))));
    } else {
      then.accept(ended);
    }
  }

  private void run(TenantId tenant, Runnable work) {
    blocking.execute(() -> places.run(tenant, work));
  }

  private NewInvocation kept(NewInvocation wish) {
    byte[] body = wish.call().body();
    return store.isKeptAhead(body)
        ? kept(wish.version().function().tenant(), body).map(wish::keptAs).orElse(wish)
        : wish;
  }

  private Optional<String> kept(TenantId tenant, byte[] body) {
    try {
      return Optional.of(store.keep(tenant, body));
    } catch (StoreFailure e) {
      LOG.warn(
          "A body is kept in the database, for the blob store cannot take it tenant={} cause={}",
          tenant,
          String.valueOf(e.getCause()));
    } catch (RuntimeException | Error e) { // else it would never be accepted, or written
      LOG.error("Keeping a body of tenant {} failed; the database keeps it", tenant, e);
    }
    return Optional.empty();
  }

  /** It was not accepted: nobody needs its body. */
  void discard(NewInvocation wish) {
    wish.kept()
        .ifPresent(name ->
            blocking.execute(() -> {
              try {
                store.discard(name);
              } catch (StoreFailure e) {
                LOG.info("A body that nobody needs is removed later cause={}", e.toString());
              }
            }));
  }
}
