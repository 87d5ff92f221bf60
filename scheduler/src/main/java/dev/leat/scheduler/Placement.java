package dev.leat.scheduler;

import dev.leat.contract.FunctionVersion;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the worker for an invocation, in memory and without a lock. Laws:
 *
 * <ol>
 *   <li>The workers that keep the version are asked first, this node's own among them if it has run
 *       it lately; all others when none of those can take it, or when the one that could is at half
 *       of its capacity and another is clearly better off.
 *   <li>Of these, none is given more than {@link #BOUND} times its share of what all of them have
 *       to do, this invocation included, rounded up.
 *   <li>This node's own is as good as any within that bound, and as long as what it has to do takes
 *       less than a hop to another node.
 *   <li>Otherwise the same version goes to the same worker on every node, as long as the workers
 *       are the same; when one goes, only what went to it goes elsewhere.
 *   <li>What the bound keeps from there goes to the less used of two that are chosen by chance.
 * </ol>
 *
 * <p>Safe for several threads. It looks at each worker twice at the most; nothing is made but one
 * small object.
 */
final class Placement {
  /** What a worker may have above its share (Mirrokni et al., "bounded loads": 1.25). */
  static final double BOUND = 1.25;

  /** From here on threads may wait for a processor: two calls a core with four threads a core. */
  static final double BUSY_USE = 0.5;

  /** What another node costs more than this one. */
  static final long HOP_NANOS = 500_000;

  private final Workers workers;
  private final Assignments assignments;
  private final IntUnaryOperator random;

  /**
   * @param random gives a number from 0 up to, and without, its argument
   */
  Placement(Workers workers, Assignments assignments, IntUnaryOperator random) {
    this.workers = workers;
    this.assignments = assignments;
    this.random = random;
  }

  /** This node's own worker; null if it has none. */
  @Nullable WorkerNode own() {
    List<WorkerNode> all = workers.all();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).isLocal()) {
        return all.get(i);
      }
    }
    return null;
  }

  /**
   * The worker for an invocation of the version; null when there is none.
   *
   * @param isOpen whether a worker can be given it
   */
  @Nullable WorkerNode choose(FunctionVersion version, Predicate<WorkerNode> isOpen) {
    Set<String> keepers = assignments.of(version);
    WorkerNode own = own();
    if (own != null
        && own.backlogNanos() < HOP_NANOS
        && isOpen.test(own)
        && isCandidate(own, version, keepers)) {
      return own; // on most nodes nearly always
    }
    List<WorkerNode> all = workers.all();
    if (keepers.isEmpty()) {
      return new Candidates(all, version, keepers, isOpen).best();
    }
    WorkerNode keeper = new Candidates(all, version, keepers, isOpen).best();
    if (keeper != null && keeper.load().use() < BUSY_USE) {
      return keeper;
    }
    WorkerNode any = new Candidates(all, version, Set.of(), isOpen).best();
    boolean isBetter =
        keeper == null || (any != null && any.load().use() * BOUND < keeper.load().use());
    return isBetter ? any : keeper;
  }

  private static boolean isCandidate(
      WorkerNode worker, FunctionVersion version, Set<String> keepers) {
    return keepers.isEmpty()
        || keepers.contains(worker.node())
        || (worker.isLocal() && worker.isWarm(version));
  }

  /** The workers that an invocation could go to. Confined to its thread. */
  private final class Candidates {
    private final List<WorkerNode> all;
    private final FunctionVersion version;
    private final Set<String> keepers;
    private final Predicate<WorkerNode> isOpen;
    private int inFlight;
    private int capacity;

    /**
     * @param keepers the nodes that are asked; empty for all
     */
    Candidates(
        List<WorkerNode> all,
        FunctionVersion version,
        Set<String> keepers,
        Predicate<WorkerNode> isOpen) {
      this.all = all;
      this.version = version;
      this.keepers = keepers;
      this.isOpen = isOpen;
    }

    @Nullable WorkerNode best() {
      long key = key(version);
      WorkerNode own = null;
      WorkerNode preferred = null;
      long highest = 0;
      for (int i = 0; i < all.size(); i++) {
        WorkerNode worker = all.get(i);
        if (isCandidate(worker)) {
          if (worker.isLocal()) {
            own = worker;
          }
          Load load = worker.load();
          inFlight += load.inFlight();
          capacity += load.capacity();
          long score = score(key, worker.node());
          if (preferred == null || score > highest) {
            preferred = worker;
            highest = score;
          }
        }
      }
      if (own != null && hasRoom(own)) {
        return own;
      }
      return preferred == null || hasRoom(preferred) ? preferred : lessUsedOfTwo(preferred);
    }

    private boolean isCandidate(WorkerNode worker) {
      return isOpen.test(worker) && Placement.isCandidate(worker, version, keepers);
    }

    /**
     * Since the bounds of all together are above what there is to do, some worker always has room.
     */
    private boolean hasRoom(WorkerNode worker) {
      Load load = worker.load();
      double share = (double) load.capacity() / capacity;
      return load.inFlight() < Math.ceil(BOUND * (inFlight + 1) * share);
    }

    /**
     * @param otherwise taken if the loads have changed meanwhile, so that none has room
     */
    private WorkerNode lessUsedOfTwo(WorkerNode otherwise) {
      int seen = 0;
      WorkerNode first = otherwise;
      WorkerNode second = otherwise;
      for (int i = 0; i < all.size(); i++) {
        WorkerNode worker = all.get(i);
        if (isCandidate(worker) && hasRoom(worker)) {
          seen++;
          // Two of those seen so far, each pair as likely as any (reservoir sampling).
          if (seen == 1) {
            first = worker;
            second = worker;
          } else if (seen == 2) {
            second = worker;
          } else {
            int place = random.applyAsInt(seen);
            first = place == 0 ? worker : first;
            second = place == 1 ? worker : second;
          }
        }
      }
      return second.load().use() < first.load().use() ? second : first;
    }
  }

  /** These nodes in the order in which an idle cluster would be asked for the version. */
  static List<String> preferred(FunctionVersion version, Collection<String> nodes) {
    long key = key(version);
    return nodes.stream()
        .sorted(Comparator.comparingLong((String node) -> score(key, node)).reversed())
        .toList();
  }

  /** The same on every node. */
  private static long key(FunctionVersion version) {
    long function = version.function().tenant().value().hashCode();
    function = mix(function << 32 ^ version.function().name().value().hashCode());
    return mix(function + version.number());
  }

  /** Of each pair of a version and a worker: the worker with the highest is preferred. */
  private static long score(long key, String node) {
    return mix(key ^ mix(node.hashCode()));
  }

  /** Each bit of the result depends on each of the value (the finish of SplitMix64). */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
