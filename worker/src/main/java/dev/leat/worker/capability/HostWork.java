package dev.leat.worker.capability;

import dev.leat.engine.GuestInstance;
import dev.leat.engine.StackRoom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Work that blocks, done for guests on other threads while they wait: a driver has the whole stack
 * there, which a guest may have filled, and an end of the call ends the wait at once. Only so much
 * is done at the same moment; what nobody waits for any more counts until it is really over. Safe
 * for several threads.
 */
public final class HostWork {
  /**
   * What is under way or waits at the most: more than a node has guest threads, so that only what
   * was left behind can fill it. Each is a virtual thread, of about 1 KB.
   */
  static final int TASKS_MAX = 4_096;

  private final Executor threads;
  private final Semaphore places;
  private final AtomicInteger tasks = new AtomicInteger();

  /**
   * @param threads one for each task, such as virtual threads; tasks wait there for their place
   * @param atOnce how much is done at the same moment
   */
  public HostWork(Executor threads, int atOnce) {
    this.threads = threads;
    this.places = new Semaphore(atOnce, true);
  }

  /**
   * Has this done, and waits for it on the guest's thread.
   *
   * @param work is not begun once nobody waits for it; its result must not be null
   * @return nothing when it was not done in time, or too much is left undone already
   * @throws dev.leat.engine.GuestStopped when the call is to end before
   * @throws RuntimeException what the work threw
   */
  public <T> Optional<T> await(GuestInstance guest, Duration atMost, Supplier<T> work) {
    StackRoom.forALogLine(); // to start a thread takes more than a lock does
    if (tasks.incrementAndGet() > TASKS_MAX) {
      tasks.decrementAndGet();
      return Optional.empty();
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    threads.execute(() -> run(work, result));
    boolean isDone;
    try {
      isDone = guest.restUntilDone(result, atMost);
    } finally {
      result.cancel(false);
    }
    if (!isDone) {
      return Optional.empty();
    }
    if (result.state() == Future.State.FAILED) {
      throw unchecked(result.exceptionNow());
    }
    return Optional.of(result.resultNow());
  }

  private <T> void run(Supplier<T> work, CompletableFuture<T> result) {
    places.acquireUninterruptibly();
    try {
      if (!result.isDone()) {
        result.complete(work.get());
      }
    } catch (RuntimeException | Error e) {
      result.completeExceptionally(e);
    } finally {
      places.release();
      tasks.decrementAndGet();
    }
  }

  /** What is under way or waits. */
  public int tasks() {
    return tasks.get();
  }

  private static RuntimeException unchecked(Throwable failure) {
    return failure instanceof RuntimeException e
        ? e
        : new IllegalStateException("The host's work failed", failure);
  }
}
