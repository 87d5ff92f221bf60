package dev.leat.scheduler.http;

import dev.leat.contract.Invocation;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.scheduler.Load;
import dev.leat.scheduler.WorkerNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A worker whose calls the test begins and ends, unless it was given what to do with each. */
final class StagedWorker implements WorkerNode {
  private final LinkedBlockingQueue<Call> came = new LinkedBlockingQueue<>();
  final List<Call> all = new CopyOnWriteArrayList<>();
  final AtomicInteger runs = new AtomicInteger();
  volatile Consumer<Call> onCall = came::add;
  volatile Load load = new Load(1, 2, 4);

  /** One call, as a worker has it. */
  final class Call {
    final Invocation invocation;
    private final Callback callback;
    private final AtomicInteger endings = new AtomicInteger();

    Call(Invocation invocation, Callback callback) {
      this.invocation = invocation;
      this.callback = callback;
    }

    /** As a guest's thread does: asks, and then runs or does not. */
    boolean begins() {
      boolean begins = callback.begins();
      if (begins) {
        runs.incrementAndGet();
      } else {
        end(new Outcome.Cancelled(Usage.NONE));
      }
      return begins;
    }

    void end(Outcome outcome) {
      if (endings.incrementAndGet() == 1) {
        callback.ended(outcome);
      }
    }

    /** Whether its node was told that it waits. */
    boolean isTold() {
      return ((ServedCall) callback).isTold();
    }

    /** When nobody waits any more, it ends as workers do that have not begun. */
    void endWhenCancelled() {
      invocation.cancellation().onCancel(() -> end(new Outcome.Cancelled(Usage.NONE)));
    }
  }

  Call next() throws InterruptedException {
    Call call = came.poll(20, TimeUnit.SECONDS);
    if (call == null) {
      throw new AssertionError("No call came");
    }
    return call;
  }

  int waiting() {
    return came.size();
  }

  @Override
  public void invoke(Invocation invocation, Callback callback) {
    Call call = new Call(invocation, callback);
    all.add(call);
    onCall.accept(call);
  }

  List<Invocation> invocations() {
    List<Invocation> them = new ArrayList<>();
    all.forEach(call -> them.add(call.invocation));
    return them;
  }

  @Override
  public String node() {
    return "there";
  }

  @Override
  public boolean isLocal() {
    return true;
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public Load load() {
    return load;
  }
}
