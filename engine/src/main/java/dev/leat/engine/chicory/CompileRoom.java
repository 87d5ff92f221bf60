package dev.leat.engine.chicory;

import dev.leat.contract.Finding;
import dev.leat.contract.TenantId;
import dev.leat.engine.CompileBudget;
import dev.leat.engine.CompilerBusy;
import dev.leat.engine.ModuleRefused;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where modules are compiled: each on a platform thread of its own, within the node's budget. Its
 * memory is reserved before it begins and given back when its thread has ended. Tenants take turns
 * ({@link CompileTurns}); whoever's turn it is waits until there is room for it, and nobody passes,
 * else a large module would wait for ever.
 */
final class CompileRoom {
  private final CompileBudget budget;

  /** Held briefly by callers on platform and virtual threads alike. */
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private final CompileTurns<Waiting> turns = new CompileTurns<>();
  private long freeHeapBytes;
  private int freePlaces;

  CompileRoom(CompileBudget budget) {
    this.budget = budget;
    this.freeHeapBytes = budget.heapBytes();
    this.freePlaces = budget.atOnce();
  }

  /**
   * Runs the work and waits for it.
   *
   * @param tenant whose turn it takes
   * @param heapBytes what it takes of the heap
   * @throws ModuleRefused by the work, or if it takes more memory than there is for all
   * @throws CompilerBusy if others take too long, or too many of the tenant's wait
   */
  <T> T run(TenantId tenant, long heapBytes, Function<CompileClock, T> work) {
    if (heapBytes > budget.heapBytes()) {
      throw tooLarge(heapBytes);
    }
    enter(tenant, heapBytes);
    FutureTask<T> task =
        new FutureTask<>(() -> {
          try {
            return work.apply(new CompileClock(budget.time()));
          } finally {
            leave(tenant, heapBytes);
          }
        });
    Thread.ofPlatform().daemon().name("compile").start(task);
    return ended(task);
  }

  /** How many wait for their turn. */
  int waiting() {
    lock.lock();
    try {
      return turns.waiting();
    } finally {
      lock.unlock();
    }
  }

  private ModuleRefused tooLarge(long heapBytes) {
    return new ModuleRefused(
        List.of(
            new Finding(
                "",
                "Compiling the module takes about %d MiB of memory, this node has %d MiB for it."
                        .formatted((heapBytes >> 20) + 1, budget.heapBytes() >> 20)
                    + " Split it, build it smaller, or give the node a larger heap.")));
  }

  /** Takes a place and the memory, when it is the tenant's turn and both are free. */
  private void enter(TenantId tenant, long heapBytes) {
    Waiting waiting = new Waiting(heapBytes);
    lock.lock();
    try {
      if (!turns.add(tenant, waiting)) {
        throw new CompilerBusy(
            "%d modules of the tenant wait to be compiled already"
                .formatted(CompileTurns.WAITING_PER_TENANT));
      }
      admit();
    } finally {
      lock.unlock();
    }
    boolean isInterrupted = false;
    try {
      if (waiting.admitted.await(budget.time().toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      isInterrupted = true;
    }
    giveUp(tenant, waiting);
    throw isInterrupted ? interrupted() : new CompilerBusy("the node is compiling other modules");
  }

  private void giveUp(TenantId tenant, Waiting waiting) {
    lock.lock();
    try {
      if (!turns.withdraw(tenant, waiting)) {
        giveBack(tenant, waiting.heapBytes); // it was admitted meanwhile
      }
      admit();
    } finally {
      lock.unlock();
    }
  }

  private void leave(TenantId tenant, long heapBytes) {
    lock.lock();
    try {
      giveBack(tenant, heapBytes);
      admit();
    } finally {
      lock.unlock();
    }
  }

  private void giveBack(TenantId tenant, long heapBytes) {
    freePlaces++;
    freeHeapBytes += heapBytes;
    turns.ended(tenant);
  }

  private void admit() {
    Waiting next;
    while (freePlaces > 0 && (next = turns.peek()) != null && next.heapBytes <= freeHeapBytes) {
      turns.begin();
      freePlaces--;
      freeHeapBytes -= next.heapBytes;
      next.admitted.countDown();
    }
  }

  private static <T> T ended(FutureTask<T> task) {
    try {
      return task.get();
    } catch (InterruptedException e) {
      throw interrupted();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case OutOfMemoryError _ -> throw new CompilerBusy("the node has no memory left for it");
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  private static CompilerBusy interrupted() {
    Thread.currentThread().interrupt();
    return new CompilerBusy("the node is stopping");
  }

  /** One compilation that has not begun. */
  private record Waiting(long heapBytes, CountDownLatch admitted) {
    Waiting(long heapBytes) {
      this(heapBytes, new CountDownLatch(1));
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }
}
