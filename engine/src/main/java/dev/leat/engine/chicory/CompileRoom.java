package dev.leat.engine.chicory;

import dev.leat.contract.Finding;
import dev.leat.engine.CompileBudget;
import dev.leat.engine.CompilerBusy;
import dev.leat.engine.ModuleRefused;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Where modules are compiled: each on a platform thread of its own, within the node's budget. Its
 * memory is reserved before it begins and given back when its thread has ended; who comes first is
 * served first.
 */
final class CompileRoom {
  private static final int UNIT_BYTES = 1_024;

  private final CompileBudget budget;
  private final int heapUnits;
  private final Semaphore freeHeapUnits;
  private final Semaphore freePlaces;

  CompileRoom(CompileBudget budget) {
    this.budget = budget;
    this.heapUnits = (int) Math.min(Integer.MAX_VALUE, budget.heapBytes() / UNIT_BYTES);
    this.freeHeapUnits = new Semaphore(heapUnits, true);
    this.freePlaces = new Semaphore(budget.atOnce(), true);
  }

  /**
   * Runs the work and waits for it.
   *
   * @param heapBytes what it takes of the heap
   * @throws ModuleRefused by the work, or if it takes more memory than there is for all
   * @throws CompilerBusy if others take too long
   */
  <T> T run(long heapBytes, Function<CompileClock, T> work) {
    long units = heapBytes / UNIT_BYTES + 1;
    if (units > heapUnits) {
      throw tooLarge(heapBytes);
    }
    long giveUpNanos = System.nanoTime() + budget.time().toNanos();
    take(freeHeapUnits, (int) units, giveUpNanos);
    try {
      take(freePlaces, 1, giveUpNanos);
    } catch (CompilerBusy busy) {
      freeHeapUnits.release((int) units);
      throw busy;
    }
    FutureTask<T> task =
        new FutureTask<>(() -> {
          try {
            return work.apply(new CompileClock(budget.time()));
          } finally {
            freePlaces.release();
            freeHeapUnits.release((int) units);
          }
        });
    Thread.ofPlatform().daemon().name("compile").start(task);
    return ended(task);
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

  private static void take(Semaphore free, int permits, long giveUpNanos) {
    try {
      if (!free.tryAcquire(permits, giveUpNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw new CompilerBusy("the node is compiling other modules");
      }
    } catch (InterruptedException e) {
      throw interrupted();
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
}
