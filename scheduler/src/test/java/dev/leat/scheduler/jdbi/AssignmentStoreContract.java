package dev.leat.scheduler.jdbi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.Change;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.contract.VersionRef;
import dev.leat.scheduler.Assignment;
import dev.leat.scheduler.AssignmentStore;
import dev.leat.store.ChangeFeed;
import dev.leat.store.JdbiLeases;
import dev.leat.store.LeaseLost;
import dev.leat.store.Leases;
import dev.leat.store.Leases.Lease;
import dev.leat.store.PolledChangeFeed;
import dev.leat.store.StoreFailure;
import dev.leat.store.StoreSchema;
import dev.leat.store.WakeUp;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The numbered laws of {@link AssignmentStore}, which every database must keep. */
abstract class AssignmentStoreContract {
  private static final VersionRef F1 = version("f", 1, "a");
  private static final VersionRef F2 = version("f", 2, "b");
  private static final VersionRef G1 = version("g", 1, "c");

  static final MigratedDatabases DATABASES =
      new MigratedDatabases(StoreSchema::migrate, SchedulerSchema::migrate);

  private final TestDatabase database;
  private final Leases leases;
  private final AssignmentStore store;
  private final Lease lease;

  AssignmentStoreContract(TestDatabase database) {
    this.database = database;
    leases = new JdbiLeases(database.dataSource());
    store = new JdbiAssignmentStore(database.dataSource(), leases);
    lease = leases.take("placement", "a#1", Duration.ofMinutes(5)).orElseThrow();
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void law1_whatWasWritten_isRead() {
    store.replace(lease, Map.of(F1, Map.of("n1", 2, "n2", 1), G1, Map.of("n1", 3)));

    assertThat(store.all())
        .containsExactlyInAnyOrder(
            new Assignment(F1, "n1", 2), new Assignment(F1, "n2", 1), new Assignment(G1, "n1", 3));
    assertThat(store.of(G1.function())).containsExactly(new Assignment(G1, "n1", 3));
  }

  @Test
  void law2_otherVersions_stayAsTheyAre() {
    store.replace(lease, Map.of(F1, Map.of("n1", 2), F2, Map.of("n1", 1)));

    store.replace(lease, Map.of(F1, Map.of("n2", 5)));
    store.replace(lease, Map.of(G1, Map.of()));

    assertThat(store.all())
        .containsExactlyInAnyOrder(new Assignment(F1, "n2", 5), new Assignment(F2, "n1", 1));
  }

  @Test
  void law2_keptByNobody_isGone() {
    store.replace(lease, Map.of(F1, Map.of("n1", 2), F2, Map.of("n1", 1)));

    store.replace(lease, Map.of(F1, Map.of()));

    assertThat(store.all()).containsExactly(new Assignment(F2, "n1", 1));
  }

  @Test
  void law2_failed_writesNothing() {
    store.replace(lease, Map.of(F1, Map.of("n1", 2)));

    assertThatThrownBy(
            () -> store.replace(lease, Map.of(F1, Map.of(), G1, Map.of("n".repeat(101), 1))))
        .isInstanceOf(StoreFailure.class);

    assertThat(store.all()).containsExactly(new Assignment(F1, "n1", 2));
  }

  @Test
  void law3_anotherHoldsTheLease_writesNothing() {
    leases.release(lease);
    assertThat(leases.take("placement", "b#1", Duration.ofMinutes(5))).isPresent();

    assertThatThrownBy(() -> store.replace(lease, Map.of(F1, Map.of("n1", 2))))
        .isInstanceOf(LeaseLost.class);

    assertThat(store.all()).isEmpty();
  }

  @Test
  void law4_eachFunction_isAnnounced() {
    List<Change> announced = new ArrayList<>();
    PolledChangeFeed feed = new PolledChangeFeed(database.dataSource(), WakeUp.NONE);
    feed.subscribe(
        new ChangeFeed.Subscriber() {
          @Override
          public void load() {}

          @Override
          public void changed(Change change) {
            announced.add(change);
          }
        });
    feed.load();

    store.replace(lease, Map.of(F1, Map.of("n1", 2), F2, Map.of("n1", 2), G1, Map.of()));
    feed.catchUp();

    assertThat(announced)
        .containsExactlyInAnyOrder(
            new Change.AssignmentChanged(F1.function()),
            new Change.AssignmentChanged(G1.function()));
  }

  private static VersionRef version(String name, int number, String digit) {
    return new VersionRef(
        new FunctionRef(new TenantId("acme"), new FunctionName(name)),
        number,
        new ModuleDigest(digit.repeat(64)));
  }
}
