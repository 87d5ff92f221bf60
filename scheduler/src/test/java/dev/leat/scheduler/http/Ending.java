package dev.leat.scheduler.http;

import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Waits for how a call ends, and holds that it does so once. */
final class Ending implements Invoker.Callback {
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
  private final AtomicInteger endings = new AtomicInteger();
  private final AtomicInteger questions = new AtomicInteger();

  /** What it says when it is asked whether the call may begin. */
  volatile boolean letsBegin = true;

  @Override
  public void ended(Outcome ending) {
    endings.incrementAndGet();
    outcome.complete(ending);
  }

  @Override
  public boolean begins() {
    questions.incrementAndGet();
    return letsBegin;
  }

  /** How often it was asked. */
  int questions() {
    return questions.get();
  }

  Outcome get() {
    try {
      return outcome.get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("It has not ended", e);
    }
  }

  boolean isThere() {
    return outcome.isDone();
  }

  int times() {
    return endings.get();
  }
}
