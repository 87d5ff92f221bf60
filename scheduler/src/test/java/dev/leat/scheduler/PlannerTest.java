package dev.leat.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.cluster.Member;
import dev.leat.cluster.Members;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.MemberState;
import dev.leat.contract.NodeRole;
import dev.leat.contract.VersionRef;
import dev.leat.scheduler.jdbi.JdbiAssignmentStore;
import dev.leat.scheduler.jdbi.SchedulerSchema;
import dev.leat.store.JdbiLeases;
import dev.leat.store.Leases;
import dev.leat.store.PolledChangeFeed;
import dev.leat.store.StoreFailure;
import dev.leat.store.StoreSchema;
import dev.leat.store.WakeUp;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two planners of a cluster with a real database. */
final class PlannerTest {
  private static final MigratedDatabases DATABASES =
      new MigratedDatabases(StoreSchema::migrate, SchedulerSchema::migrate);

  private final TestDatabase database = DATABASES.h2();
  private final Leases leases = new JdbiLeases(database.dataSource());
  private final AssignmentStore store = new JdbiAssignmentStore(database.dataSource(), leases);
  private final PolledChangeFeed feed = new PolledChangeFeed(database.dataSource(), WakeUp.NONE);
  private final AssignmentTable table = new AssignmentTable(store, "w0", version -> {});
  private final Map<String, Member> members = new TreeMap<>();
  private final Map<String, WorkerReport> reports = new HashMap<>();
  private final List<FunctionVersion> deployed = new ArrayList<>();
  private final Planner first;
  private final Planner second;
  private long now;

  PlannerTest() {
    feed.subscribe(table);
    feed.load();
    first = planner("a#1");
    second = planner("b#1");
  }

  @AfterEach
  void close() {
    first.close();
    second.close();
    database.close();
  }

  @Test
  void busyVersion_isAssignedWhereItIsNeeded_andKnownToGateways() {
    FunctionVersion version = deploy("f", 0);
    workers(3);
    reports.put("w1", report(new Demand(version.ref(), 2.5)));
    reports.put("w2", report(new Demand(version.ref(), 2.5)));

    first.round();

    assertThat(table.of(version)).as("7 wanted, 4 each").hasSize(2);
    assertThat(store.all().stream().mapToInt(Assignment::instances).sum()).isEqualTo(7);
  }

  @Test
  void minimum_isSpread_andOthersAreAssignedToNobody() {
    FunctionVersion kept = deploy("kept", 2);
    FunctionVersion idle = deploy("idle", 0);
    workers(3);

    first.round();

    assertThat(table.of(kept)).hasSize(2);
    assertThat(table.of(idle)).isEmpty();
  }

  @Test
  void nothingChanged_nothingIsWritten() {
    deploy("f", 2);
    workers(3);
    first.round();
    long changes = changes();

    for (int i = 0; i < 5; i++) {
      now += Duration.ofSeconds(20).toNanos();
      first.round();
    }

    assertThat(changes()).isEqualTo(changes);
  }

  @Test
  void drainingOrLost_isReplacedAtOnce_andANewOneGetsItsShare() {
    List<FunctionVersion> all = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      all.add(deploy("f" + i, 1));
    }
    workers(2);
    first.round();
    assertThat(assigned(all)).containsOnlyKeys("w0", "w1");

    worker("w0", MemberState.DRAINING);
    worker("w2", MemberState.READY);
    first.round();

    assertThat(assigned(all)).containsOnlyKeys("w1", "w2");
    assertThat(assigned(all).get("w2")).isBetween(15, 45);
    assertThat(assigned(all).values().stream().mapToInt(n -> n).sum()).isEqualTo(60);
  }

  @Test
  void gone_isAssignedToNobody() {
    FunctionVersion version = deploy("f", 1);
    workers(1);
    first.round();
    deployed.clear();

    first.round();

    assertThat(table.of(version)).isEmpty();
    assertThat(store.all()).isEmpty();
  }

  /** One of both plans; the other goes on when that one leaves, and shrinks nothing at once. */
  @Test
  void onePlans_theOtherTakesOver() {
    FunctionVersion version = deploy("f", 0);
    workers(3);
    reports.put("w1", report(new Demand(version.ref(), 4)));
    first.round();
    reports.clear();
    List<Assignment> planned = store.all();

    second.round();
    assertThat(store.all()).as("the first plans").isEqualTo(planned);

    first.close();
    second.round();
    assertThat(store.all()).as("the second took over").isEqualTo(planned);
    now += Duration.ofSeconds(61).toNanos();
    second.round();
    assertThat(store.all()).isEmpty();
  }

  /** A planner that was paused while another took over its lease. */
  @Test
  void lostItsLease_writesNothing() {
    deploy("f", 1);
    workers(1);
    first.round();
    database.execute("UPDATE leases SET held_until = CURRENT_TIMESTAMP - INTERVAL '1' SECOND");
    second.round();
    deploy("g", 1);

    first.round();

    assertThat(store.all())
        .extracting(row -> row.version().function().name().value())
        .containsExactly("f");
  }

  @Test
  void manyChanges_areWrittenInRounds() {
    for (int i = 0; i < Planner.CHANGES_MAX + 5; i++) {
      deploy("f" + i, 1);
    }
    workers(1);

    first.round();
    assertThat(store.all()).hasSize(Planner.CHANGES_MAX);
    first.round();
    assertThat(store.all()).hasSize(Planner.CHANGES_MAX + 5);
  }

  @Test
  void databaseAway_lastTableHolds() {
    FunctionVersion version = deploy("f", 1);
    workers(1);
    first.round();
    database.close();

    assertThatThrownBy(first::round).isInstanceOf(StoreFailure.class);
    assertThat(table.of(version)).containsExactly("w0");
  }

  private Planner planner(String holder) {
    return new Planner(
        leases, holder, new Directory(), () -> reports, new Deployed(), store, feed, () -> now);
  }

  private FunctionVersion deploy(String name, int min) {
    FunctionVersion version =
        TestVersions.version(
            name, new InstancePolicy(min, 8, Duration.ofSeconds(30), InstancePolicy.Reuse.RESET));
    deployed.add(version);
    return version;
  }

  private void workers(int count) {
    for (int i = 0; i < count; i++) {
      worker("w" + i, MemberState.READY);
    }
  }

  private void worker(String name, MemberState state) {
    members.put(
        name,
        new Member(
            name,
            1,
            Set.of(NodeRole.WORKER),
            "http://127.0.0.1:1",
            "127.0.0.1",
            2,
            0,
            "test",
            state,
            Duration.ZERO));
  }

  private static WorkerReport report(Demand... demands) {
    return new WorkerReport(Load.idle(8), true, List.of(demands));
  }

  private Map<String, Integer> assigned(List<FunctionVersion> versions) {
    Map<String, Integer> assigned = new HashMap<>();
    versions.forEach(
        version -> table.of(version).forEach(node -> assigned.merge(node, 1, Integer::sum)));
    return assigned;
  }

  private long changes() {
    return new dev.leat.store.Database(database.dataSource())
        .read(
            "Counting changes",
            handle ->
                handle
                    .createQuery("SELECT last_number FROM change_counter")
                    .mapTo(Long.class)
                    .one());
  }

  /** What the test says that there is. */
  private final class Directory implements Members {
    @Override
    public Member self() {
      throw new UnsupportedOperationException("The planner is the same wherever it runs");
    }

    @Override
    public List<Member> all() {
      return List.copyOf(members.values());
    }

    @Override
    public void onChange(Consumer<List<Member>> listener) {
      throw new UnsupportedOperationException("The planner looks every second");
    }
  }

  private final class Deployed implements PlannedVersions {
    @Override
    public @Nullable FunctionVersion find(VersionRef version) {
      return deployed.stream().filter(each -> each.ref().equals(version)).findFirst().orElse(null);
    }

    @Override
    public List<FunctionVersion> withMinimum() {
      return deployed.stream().filter(each -> each.instances().min() > 0).toList();
    }
  }
}
