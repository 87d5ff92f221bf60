package dev.leat.cluster.jdbi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.cluster.ClusterRefused;
import dev.leat.cluster.Member;
import dev.leat.cluster.NodeStore;
import dev.leat.contract.Change;
import dev.leat.contract.MemberState;
import dev.leat.contract.NodeRole;
import dev.leat.store.ChangeFeed;
import dev.leat.store.JdbiLeases;
import dev.leat.store.LeaseLost;
import dev.leat.store.Leases;
import dev.leat.store.Leases.Lease;
import dev.leat.store.PolledChangeFeed;
import dev.leat.store.StoreSchema;
import dev.leat.store.WakeUp;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The numbered laws of the nodes' rows, and the format's, on every database. */
abstract class NodeStoreContract {
  private static final Duration TERM = Duration.ofMinutes(5);

  static final MigratedDatabases DATABASES =
      new MigratedDatabases(StoreSchema::migrate, ClusterSchema::migrate);

  private final TestDatabase database;
  private final Leases leases;
  private final NodeStore store;
  private final PolledChangeFeed feed;
  private final List<Change> announced = new ArrayList<>();

  NodeStoreContract(TestDatabase database) {
    this.database = database;
    this.leases = new JdbiLeases(database.dataSource());
    this.store = new JdbiNodeStore(database.dataSource(), leases);
    this.feed = new PolledChangeFeed(database.dataSource(), WakeUp.NONE);
    feed.subscribe(
        new ChangeFeed.Subscriber() {
          @Override
          public void load() {
            // nothing is kept
          }

          @Override
          public void changed(Change change) {
            announced.add(change);
          }
        });
    feed.load();
  }

  @AfterEach
  void close() {
    feed.close();
    database.close();
  }

  @Test
  void law1_whatWasSavedLastIsFound() {
    Lease claim = claim("a");
    Member joining = node("a", claim);
    Member ready =
        joining
            .withState(MemberState.READY)
            .withMemberPort(5701)
            .withSkew(Duration.ofMillis(-31_500));
    Member other = node("b", claim("b"));

    store.save(claim, joining);
    store.save(claim, ready);
    store.save(claim("b"), other);

    assertThat(store.find("a")).contains(ready);
    assertThat(store.all()).containsExactly(ready, other);
    assertThat(store.find("c")).isEmpty();
  }

  @Test
  void law2_eachChangeIsAnnounced() {
    Lease claim = claim("a");
    store.save(claim, node("a", claim));
    store.save(claim, node("a", claim).withState(MemberState.READY));
    store.remove(claim, "a", claim.fence());
    store.remove(claim, "a", claim.fence()); // nothing is there

    feed.catchUp();

    Change changed = new Change.MemberChanged("a");
    assertThat(announced).containsExactly(changed, changed, changed);
  }

  @Test
  void law3_underALostLease_nothingIsWritten() {
    Lease lost = claim("a");
    store.save(lost, node("a", lost));
    database.execute("UPDATE leases SET held_until = CURRENT_TIMESTAMP");
    Lease present = leases.take("node/a", "another start", TERM).orElseThrow();
    store.save(present, node("a", present));

    assertThatThrownBy(() -> store.save(lost, node("a", lost))).isInstanceOf(LeaseLost.class);
    assertThatThrownBy(() -> store.remove(lost, "a", present.fence()))
        .isInstanceOf(LeaseLost.class);

    assertThat(store.all()).containsExactly(node("a", present));
  }

  @Test
  void law4_laterIncarnation_isNotRemoved() {
    Lease claim = claim("a");
    store.save(claim, node("a", claim));

    store.remove(claim, "a", claim.fence() - 1);

    assertThat(store.find("a")).isPresent();
  }

  @Test
  void law5_rowOfANewerVersion_isRead() {
    Lease claim = claim("a");
    store.save(claim, node("a", claim));
    database.execute("UPDATE nodes SET state = 'resting', roles = 'archive,worker'");

    Member read = store.find("a").orElseThrow();

    assertThat(read.state()).isEqualTo(MemberState.DRAINING);
    assertThat(read.roles()).containsExactly(NodeRole.WORKER);
  }

  @Test
  void format_thatIsSpoken_orNotThere_isAccepted() {
    assertThatCode(() -> ClusterFormat.check(database.dataSource())).doesNotThrowAnyException();
    database.execute("DROP TABLE cluster_format");
    assertThatCode(() -> ClusterFormat.check(database.dataSource())).doesNotThrowAnyException();
  }

  @Test
  void format_thatIsNotSpoken_isRefusedWithTheRemedy() {
    database.execute("UPDATE cluster_format SET number = 2");
    assertThatThrownBy(() -> ClusterFormat.check(database.dataSource()))
        .isInstanceOf(ClusterRefused.class)
        .hasMessage(
            "This node speaks format 1 of clusters, and the cluster's is 2. Upgrade this node.");

    database.execute("UPDATE cluster_format SET number = 0");
    assertThatThrownBy(() -> ClusterFormat.check(database.dataSource()))
        .hasMessageContaining("with a release that speaks that one");
  }

  private Lease claim(String name) {
    return leases.take("node/" + name, name, TERM).orElseThrow();
  }

  private static Member node(String name, Lease claim) {
    return new Member(
        name,
        claim.fence(),
        Set.of(NodeRole.GATEWAY, NodeRole.WORKER),
        "http://10.0.0.7:8080",
        "10.0.0.7",
        7_000,
        0,
        "0.1.0",
        MemberState.JOINING,
        Duration.ZERO);
  }
}
