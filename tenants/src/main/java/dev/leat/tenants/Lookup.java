package dev.leat.tenants;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that is looked up again when a request misses what may have been added meanwhile: once
 * at a time, and not again before a pause, however many ask. Safe for several threads.
 */
final class Lookup {
  private static final Logger LOG = LoggerFactory.getLogger(Lookup.class);

  private final String what;
  private final Runnable work;
  private final Executor executor;
  private final long pauseNanos;
  private final LongSupplier nanoTime;
  private CompletableFuture<Void> running = CompletableFuture.completedFuture(null);
  private long endedNanos;
  private boolean hasRun;

  /**
   * @param what for the log
   * @param work may block
   * @param executor where it does
   * @param nanoTime a clock that never steps, as {@link System#nanoTime} is
   */
  Lookup(String what, Runnable work, Executor executor, Duration pause, LongSupplier nanoTime) {
    this.what = what;
    this.work = work;
    this.executor = executor;
    this.pauseNanos = pause.toNanos();
    this.nanoTime = nanoTime;
  }

  /**
   * The look-up that is under way or begins now, which never ends exceptionally; null when the last
   * one ended too short a time ago. Never blocks.
   */
  synchronized @Nullable CompletionStage<Void> begin() {
    if (!running.isDone()) {
      return running;
    }
    if (hasRun && nanoTime.getAsLong() - endedNanos < pauseNanos) {
      return null;
    }
    hasRun = true;
    CompletableFuture<Void> begun = new CompletableFuture<>();
    running = begun;
    executor.execute(() -> run(begun));
    return begun;
  }

  private void run(CompletableFuture<Void> begun) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.warn("A look-up failed what={} cause={}", what, e.toString());
    } finally {
      synchronized (this) {
        endedNanos = nanoTime.getAsLong();
      }
      begun.complete(null);
    }
  }
}
