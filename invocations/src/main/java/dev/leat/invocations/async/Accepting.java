package dev.leat.invocations.async;

import dev.leat.contract.TenantId;
import dev.leat.invocations.async.AsyncStore.Backlogs;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts invocations: whoever is told that his is accepted is told after its commit. Those that
 * come while a transaction is under way are accepted by the next one, together, so that many at
 * once cost few commits. Safe for several threads; nobody waits but who asks to.
 */
public final class Accepting implements AutoCloseable {
  /** Invocations that wait for their transaction. Their bodies are held by who waits. */
  static final int WAITING_MAX = 10_000;

  /** One transaction: some 20 ms of PostgreSQL's time. */
  static final int BATCH_MAX = 500;

  private static final long BATCH_BYTES_MAX = 16 << 20;
  private static final Duration LOOK_EVERY = Duration.ofMillis(250);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(Accepting.class);

  private final AsyncStore store;
  private final BodiesAhead bodies;
  private final Backlogs room;
  private final Predicate<TenantId> exists;
  private final Runnable accepted;
  private final ArrayBlockingQueue<Wish> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
  private final Thread thread;
  private volatile boolean closed;

  private record Wish(NewInvocation invocation, Consumer<Acceptance> told) {}

  /**
   * @param bodies keeps large ones before they are accepted
   * @param room how much each tenant may have
   * @param exists whether there still is such a tenant
   * @param accepted called after each commit of some; must not block
   */
  public Accepting(
      AsyncStore store,
      BodiesAhead bodies,
      Backlogs room,
      Predicate<TenantId> exists,
      Runnable accepted) {
    this.store = store;
    this.bodies = bodies;
    this.room = room;
    this.exists = exists;
    this.accepted = accepted;
    this.thread = Thread.ofPlatform().daemon().name("async-accept").unstarted(this::acceptAll);
  }

  public void start() {
    thread.start();
  }

  /**
   * Has it accepted.
   *
   * @param told what became of it, on another thread or at once; must be brief
   */
  public void accept(NewInvocation invocation, Consumer<Acceptance> told) {
    Wish wish = new Wish(invocation, told);
    if (bodies.isKeptAhead(invocation.call().body())) {
      bodies.run(invocation.version().function().tenant(), () -> prepare(wish), () -> offer(wish));
    } else {
      offer(wish);
    }
  }

  /** Keeps its body ahead, unless it would be refused for what is known already. */
  private void prepare(Wish wish) {
    try {
      Optional<Acceptance> refusal =
          exists.test(wish.invocation().version().function().tenant())
              ? store.refusal(wish.invocation(), room)
              : Optional.of(new Acceptance.Overloaded());
      if (refusal.isPresent()) {
        tell(wish, refusal.get());
      } else {
        offer(new Wish(bodies.kept(wish.invocation()), wish.told()));
      }
    } catch (StoreFailure e) {
      LOG.warn("An invocation cannot be accepted cause={}", e.toString());
      tell(wish, new Acceptance.StoreAway());
    } catch (RuntimeException | Error e) { // else its caller would wait for ever
      LOG.error("Accepting an invocation failed", e);
      tell(wish, new Acceptance.StoreAway());
    }
  }

  private void offer(Wish wish) {
    if (closed || !waiting.offer(wish)) {
      tell(wish, new Acceptance.Overloaded());
    }
  }

  /** Has it accepted, and waits for what becomes of it. For schedules and the like. */
  public Acceptance accept(NewInvocation invocation) {
    CompletableFuture<Acceptance> answer = new CompletableFuture<>();
    accept(invocation, answer::complete);
    return answer.join();
  }

  @SuppressWarnings("InterruptedExceptionSwallowed") // nobody interrupts it but the JVM's end
  private void acceptAll() {
    List<Wish> batch = new ArrayList<>(BATCH_MAX);
    while (!closed || !waiting.isEmpty()) {
      try {
        Wish first = waiting.poll(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          fill(batch, bytes(first));
          accept(batch);
          batch.clear();
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException | Error e) { // else nothing would be accepted any more
        LOG.error("Accepting invocations failed", e);
        tell(batch, new Acceptance.StoreAway());
        batch.clear();
      }
    }
  }

  private void fill(List<Wish> batch, long firstBytes) {
    long bytes = firstBytes;
    while (batch.size() < BATCH_MAX && bytes < BATCH_BYTES_MAX) {
      Wish next = waiting.poll();
      if (next == null) {
        return;
      }
      batch.add(next);
      bytes += bytes(next);
    }
  }

  /** That the transaction writes. */
  private static int bytes(Wish wish) {
    return wish.invocation().kept().isPresent() ? 0 : wish.invocation().call().body().length;
  }

  private void accept(List<Wish> batch) {
    try {
      List<Acceptance> answers = store.accept(invocations(batch), room);
      if (answers.stream().anyMatch(Accepting::isNew)) {
        accepted.run();
      }
      for (int i = 0; i < batch.size(); i++) {
        tell(batch.get(i), answers.get(i));
      }
    } catch (StoreFailure e) {
      if (e.isRetryable() || batch.size() == 1) {
        LOG.warn("Invocations cannot be accepted count={} cause={}", batch.size(), e.toString());
        tell(batch, new Acceptance.StoreAway());
      } else {
        batch.forEach(
            one -> accept(new ArrayList<>(List.of(one)))); // one of them must not fail the others
      }
    }
  }

  private List<NewInvocation> invocations(List<Wish> batch) {
    // A tenant that is deleted while its client sends would leave something to the next of its
    // name.
    batch.removeIf(wish -> {
      boolean isGone = !exists.test(wish.invocation().version().function().tenant());
      if (isGone) {
        tell(wish, new Acceptance.Overloaded());
      }
      return isGone;
    });
    return batch.stream().map(Wish::invocation).toList();
  }

  private static boolean isNew(Acceptance answer) {
    return answer instanceof Acceptance.Accepted it && it.isNew();
  }

  private void tell(List<Wish> batch, Acceptance answer) {
    batch.forEach(wish -> tell(wish, answer));
  }

  /** What one's caller throws must not keep the others from being told. */
  private void tell(Wish wish, Acceptance answer) {
    try {
      if (!isNew(answer)) {
        bodies.discard(wish.invocation());
      }
      wish.told().accept(answer);
    } catch (RuntimeException | Error e) {
      LOG.error("Telling that an invocation is accepted failed", e);
    }
  }

  /** Accepts what waits, then stops; does nothing where it was not started. */
  @Override
  public void close() {
    closed = true;
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    try {
      thread.join(CLOSE_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
