package dev.leat.scheduler;

import dev.leat.cluster.Member;
import dev.leat.cluster.Members;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.MemberState;
import dev.leat.contract.NodeRole;
import dev.leat.contract.VersionRef;
import dev.leat.store.ChangeFeed;
import dev.leat.store.LeaseLost;
import dev.leat.store.LeasedRounds;
import dev.leat.store.Leases;
import dev.leat.store.Leases.Lease;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides, every second, which workers keep which versions warm. Each scheduler node has one, and
 * the one that holds the lease works: it reads what the workers say, wants more at once and less
 * after a minute, and writes what changed. While none of them can, the last that was written holds.
 */
public final class Planner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Planner.class);
  static final String LEASE = "placement";
  static final Duration TERM = Duration.ofSeconds(5);
  static final Duration EVERY = Duration.ofSeconds(1);

  /**
   * Versions that are written in one round: the table of changes keeps 10,000 for all who write.
   */
  static final int CHANGES_MAX = 100;

  /** What a worker is taken for that has not said yet how much it can run at once. */
  private static final int CAPACITY_UNKNOWN = 8;

  private final LeasedRounds rounds;
  private final Members members;
  private final Reports reports;
  private final PlannedVersions versions;
  private final AssignmentStore store;
  private final ChangeFeed changes;
  private final LongSupplier nanoTime;

  /** What each worker could run at once, as it said last. */
  private final Map<String, Integer> capacities = new HashMap<>();

  private @Nullable Turn turn;

  /**
   * @param holder of the lease: differs with each start of a node
   * @param reports of the workers
   * @param changes told when something was written
   */
  public Planner(
      Leases leases,
      String holder,
      Members members,
      Reports reports,
      PlannedVersions versions,
      AssignmentStore store,
      ChangeFeed changes,
      LongSupplier nanoTime) {
    this.rounds = new LeasedRounds(leases, LEASE, holder, TERM, EVERY, this::round);
    this.members = members;
    this.reports = reports;
    this.versions = versions;
    this.store = store;
    this.changes = changes;
    this.nanoTime = nanoTime;
  }

  public void start() {
    rounds.start();
  }

  /** Plans once, if this node is the one that does. */
  void round() {
    rounds.round();
  }

  private void round(Optional<Lease> lease) {
    if (lease.isEmpty()) {
      turn = null;
      return;
    }
    Turn current = turn;
    if (current == null || current.lease.fence() != lease.get().fence()) {
      current = new Turn(lease.get());
      turn = current;
      LOG.info("This node plans which workers keep which versions fence={}", lease.get().fence());
    }
    try {
      current.plan(lease.get());
    } catch (LeaseLost e) {
      turn = null;
      LOG.info("Another node plans now cause={}", e.toString());
    } catch (StoreFailure e) {
      turn = null; // whether it was written is not known
      throw e;
    }
  }

  /** Workers that can be assigned something, by name, with what each can run at once. */
  private Map<String, Integer> ready(Map<String, WorkerReport> reported) {
    reported.forEach((node, report) -> capacities.put(node, report.load().capacity()));
    Map<String, Integer> ready = new TreeMap<>();
    for (Member member : members.all()) {
      // By what the database says: a connection that breaks for a moment moves nothing.
      if (member.roles().contains(NodeRole.WORKER) && member.state() == MemberState.READY) {
        ready.put(member.name(), capacities.getOrDefault(member.name(), CAPACITY_UNKNOWN));
      }
    }
    capacities.keySet().retainAll(ready.keySet());
    return ready;
  }

  private Map<FunctionVersion, Double> busy(Map<String, WorkerReport> reported) {
    Map<FunctionVersion, Double> busy = new HashMap<>();
    for (WorkerReport report : reported.values()) {
      for (Demand demand : report.demands()) {
        FunctionVersion version = versions.find(demand.version());
        if (version != null) {
          busy.merge(version, demand.busy(), Double::sum);
        }
      }
    }
    return busy;
  }

  @Override
  public void close() {
    rounds.close();
  }

  /** The time in which this node plans. Nobody else writes, so it knows what is written. */
  private final class Turn {
    private final Lease lease;
    private final Map<VersionRef, Map<String, Integer>> written;
    private final Wanted wanted = new Wanted();

    Turn(Lease lease) {
      this.lease = lease;
      this.written = Assignment.byVersion(store.all());
      long now = nanoTime.getAsLong();
      written.forEach((ref, keepers) -> {
        FunctionVersion version = versions.find(ref);
        if (version != null) {
          wanted.begin(version, keepers.values().stream().mapToInt(n -> n).sum(), now);
        }
      });
    }

    void plan(Lease renewed) {
      Map<String, WorkerReport> reported = reports.latest();
      Map<FunctionVersion, Integer> minimum = new HashMap<>();
      versions.withMinimum().forEach(each -> minimum.put(each, each.instances().min()));
      Map<FunctionVersion, Integer> now = wanted.at(nanoTime.getAsLong(), busy(reported), minimum);
      now.keySet().removeIf(version -> !version.equals(versions.find(version.ref())));
      Map<VersionRef, Map<String, Integer>> changed =
          first(Plan.changes(written, Plan.of(now, ready(reported))));
      if (!changed.isEmpty()) {
        store.replace(renewed, changed);
        written.putAll(changed);
        written.values().removeIf(Map::isEmpty);
        LOG.debug("Versions are assigned anew count={}", changed.size());
        if (!changes.catchUp()) {
          LOG.debug("What was assigned is taken over later");
        }
      }
    }

    private static Map<VersionRef, Map<String, Integer>> first(
        Map<VersionRef, Map<String, Integer>> changed) {
      Map<VersionRef, Map<String, Integer>> first = new HashMap<>();
      List.copyOf(changed.entrySet()).stream()
          .limit(CHANGES_MAX)
          .forEach(each -> first.put(each.getKey(), each.getValue()));
      return first;
    }
  }
}
