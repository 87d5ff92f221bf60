package dev.leat.scheduler;

import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Gives each invocation to a worker of the cluster, and to another what certainly did not run
 * there. Safe for several threads. Laws, besides those of {@link Invoker}:
 *
 * <ol>
 *   <li>An invocation is offered to {@link #WORKERS_MAX} workers at the most, to none of them
 *       twice.
 *   <li>It goes to another only after {@link Outcome.Overloaded}, then only to one with free
 *       capacity, or after {@link Outcome.WorkerLost} before it started; never once a worker was
 *       let begin, was given up, or is past its deadline. The last refusal is its ending.
 *   <li>A worker whose offer is over is not let begin any more, and not heard.
 *   <li>Where no worker is ready it ends as {@link Outcome.WorkerLost}, at once.
 * </ol>
 */
final class Dispatch implements Invoker {
  /** So overload costs no more than thrice; the third of three nodes is tried. */
  static final int WORKERS_MAX = 3;

  private static final Outcome NOT_STARTED = new Outcome.WorkerLost(false);

  private final Placement placement;
  private final BiConsumer<Invocation, Outcome> unrecorded;
  private final Predicate<WorkerNode> isReady = this::isReady;
  final PlacementCounts counts = new PlacementCounts();
  private volatile boolean leavingOff;

  /**
   * @param unrecorded told of the endings that no worker can have recorded, after the caller
   */
  Dispatch(Placement placement, BiConsumer<Invocation, Outcome> unrecorded) {
    this.placement = placement;
    this.unrecorded = unrecorded;
  }

  @Override
  public void invoke(Invocation invocation, Callback callback) {
    WorkerNode worker = placement.choose(invocation.target(), isReady);
    if (worker == null && leavingOff) {
      worker =
          placement
              .own(); // which others hold for not ready, and which runs all until it is drained
    }
    counts.placed(worker);
    if (worker == null) {
      end(invocation, callback, NOT_STARTED);
    } else {
      worker.invoke(invocation, new Offer(invocation, callback, worker, null));
    }
  }

  private boolean isReady(WorkerNode worker) {
    return worker.isReady() && !(leavingOff && worker.isLocal());
  }

  private void end(Invocation invocation, Callback callback, Outcome outcome) {
    callback.ended(outcome);
    if (outcome instanceof Outcome.WorkerLost) {
      unrecorded.accept(invocation, outcome);
    }
  }

  @Override
  public void together(Runnable invocations) {
    WorkerNode own = placement.own();
    if (own == null) {
      invocations.run();
    } else {
      own.together(invocations); // another node needs no waking
    }
  }

  /** Gives this node's own worker no more, unless no other is ready. */
  void leaveOff() {
    leavingOff = true;
  }

  private enum Stage {
    OFFERED,
    BEGUN,
    OVER
  }

  /** One worker that an invocation is offered to. */
  private final class Offer implements Callback {
    private final Invocation invocation;
    private final Callback callback;
    private final WorkerNode worker;
    private final @Nullable Offer before;
    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.OFFERED);

    Offer(Invocation invocation, Callback callback, WorkerNode worker, @Nullable Offer before) {
      this.invocation = invocation;
      this.callback = callback;
      this.worker = worker;
      this.before = before;
    }

    @Override
    public boolean begins() {
      return stage.compareAndSet(Stage.OFFERED, Stage.BEGUN) && callback.begins();
    }

    @Override
    public void ended(Outcome outcome) {
      Stage was = stage.getAndSet(Stage.OVER);
      if (was == Stage.OVER) {
        return;
      }
      WorkerNode next = was == Stage.OFFERED ? next(outcome) : null;
      if (next == null) {
        end(invocation, callback, outcome);
      } else {
        counts.placed(next);
        counts.again(outcome);
        next.invoke(invocation, new Offer(invocation, callback, next, this));
      }
    }

    /** Another worker that may run it after this ending; null if that is its last. */
    private @Nullable WorkerNode next(Outcome outcome) {
      if (offers() == WORKERS_MAX
          || invocation.cancellation().isCancelled()
          || invocation.nanosLeft(System.nanoTime()) <= 0) {
        return null;
      }
      if (outcome instanceof Outcome.Overloaded) {
        return choose(other -> other.load().use() < 1);
      }
      return outcome.equals(NOT_STARTED) ? choose(other -> true) : null;
    }

    private @Nullable WorkerNode choose(Predicate<WorkerNode> isWanted) {
      return placement.choose(
          invocation.target(),
          other -> isReady(other) && !wasOffered(other) && isWanted.test(other));
    }

    private boolean wasOffered(WorkerNode other) {
      // By name: a node that was restarted meanwhile has refused it all the same.
      return worker.node().equals(other.node()) || (before != null && before.wasOffered(other));
    }

    private int offers() {
      return before == null ? 1 : 1 + before.offers();
    }
  }
}
