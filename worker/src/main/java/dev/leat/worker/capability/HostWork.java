package dev.leat.worker.capability;

import dev.leat.contract.TenantId;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.StackRoom;
import dev.leat.store.FairPlaces;
import dev.leat.store.FairRoom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Work that blocks, done for guests on other threads while they wait: a driver has the whole stack
 * there, which a guest may have filled, and an end of the call ends the wait at once. Only so much
 * is done at the same moment, half of it for one tenant at the most, and what a tenant has waiting
 * stands in nobody else's way. What nobody waits for any more counts until it is really over, but
 * holds nothing of what it was to do unless it has begun. Safe for several threads.
 */
public final class HostWork {
  /**
   * What is under way or waits at the most: more than a node has guest threads, so that only what
   * was left behind can fill it. Each is a virtual thread, of about 1 KB; what it was to write, up
   * to 512 KiB, it keeps only while somebody waits.
   */
  static final int TASKS_MAX = 4_096;

  private final Executor threads;
  private final FairPlaces places;
  private final FairRoom room = new FairRoom(TASKS_MAX);

  /**
   * @param threads one for each task, such as virtual threads; tasks wait there for their place
   * @param places where it is done, which others may use, too
   */
  public HostWork(Executor threads, FairPlaces places) {
    this.threads = threads;
    this.places = places;
  }

  /**
   * @param atOnce how much is done at the same moment
   */
  public HostWork(Executor threads, int atOnce) {
    this(threads, new FairPlaces(atOnce));
  }

  /**
   * Has this done, and waits for it on the guest's thread.
   *
   * @param tenant whose guest it is
   * @param work is not begun once nobody waits for it; its result must not be null
   * @return nothing when it was not done in time, or too much is left undone already
   * @throws dev.leat.engine.GuestStopped when the call is to end before
   * @throws RuntimeException what the work threw
   */
  public <T> Optional<T> await(
      TenantId tenant, GuestInstance guest, Duration atMost, Supplier<T> work) {
    StackRoom.forALogLine(); // to start a thread takes more than a lock does
    return await(tenant, result -> guest.restUntilDone(result, atMost), work);
  }

  /**
   * @param wait gives whether the result is there
   */
  <T> Optional<T> await(TenantId tenant, Predicate<CompletableFuture<T>> wait, Supplier<T> work) {
    if (!room.enter(tenant)) {
      return Optional.empty();
    }
    Task<T> task = new Task<>(work);
    threads.execute(() -> run(tenant, task));
    boolean isDone;
    try {
      isDone = wait.test(task.result);
    } finally {
      task.giveUp();
    }
    if (!isDone) {
      return Optional.empty();
    }
    if (task.result.state() == Future.State.FAILED) {
      throw unchecked(task.result.exceptionNow());
    }
    return Optional.of(task.result.resultNow());
  }

  private void run(TenantId tenant, Task<?> task) {
    try {
      places.run(tenant, task::run);
    } finally {
      room.leave(tenant);
    }
  }

  /** What is under way or waits. */
  public int tasks() {
    return room.held();
  }

  private static RuntimeException unchecked(Throwable failure) {
    return failure instanceof RuntimeException e
        ? e
        : new IllegalStateException("The host's work failed", failure);
  }

  private static final class Task<T> {
    private final CompletableFuture<T> result = new CompletableFuture<>();

    /** Null once nobody waits for it: it may hold a value of a guest. */
    private volatile @Nullable Supplier<T> work;

    Task(Supplier<T> work) {
      this.work = work;
    }

    void run() {
      Supplier<T> wanted = work;
      if (wanted == null) {
        return;
      }
      try {
        result.complete(wanted.get());
      } catch (RuntimeException | Error e) {
        result.completeExceptionally(e);
      }
    }

    void giveUp() {
      work = null;
      result.cancel(false);
    }
  }
}
