package dev.leat.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.cluster.jdbi.ClusterSchema;
import dev.leat.cluster.jdbi.JdbiNodeStore;
import dev.leat.contract.MemberState;
import dev.leat.contract.NodeRole;
import dev.leat.store.Database;
import dev.leat.store.JdbiLeases;
import dev.leat.store.Leases;
import dev.leat.store.PolledChangeFeed;
import dev.leat.store.StoreSchema;
import dev.leat.store.WakeUp;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Directories of several nodes on one database; their threads run where a test starts them. */
final class NodeDirectoryTest {
  private static final MigratedDatabases DATABASES =
      new MigratedDatabases(StoreSchema::migrate, ClusterSchema::migrate);

  private final TestDatabase database = DATABASES.h2();
  private final Leases leases = new JdbiLeases(database.dataSource());
  private final JdbiNodeStore store = new JdbiNodeStore(database.dataSource(), leases);
  private final SteppedClock clock = new SteppedClock();
  private final List<Node> nodes = new ArrayList<>();

  NodeDirectoryTest() {}

  @AfterEach
  void close() {
    nodes.forEach(Node::close);
    database.close();
  }

  @Test
  void claim_writesTheRow_whichOthersSee() throws Exception {
    Node a = node("a");
    Node b = node("b");

    assertThat(a.sees("b").state()).isEqualTo(MemberState.JOINING);
    assertThat(b.directory.self().incarnation()).isPositive();
    assertThat(a.sees("b")).isEqualTo(b.directory.self());
    assertThat(b.directory.all()).isEqualTo(a.directory.all());
  }

  @Test
  void say_isSeenByOthers() throws Exception {
    Node a = node("a");
    Node b = node("b");
    b.directory.say(MemberState.READY);
    b.directory.sayMemberPort(5_701);
    assertThat(b.directory.self().state()).isEqualTo(MemberState.READY);

    b.directory.beat();

    assertThat(a.sees("b").state()).isEqualTo(MemberState.READY);
    assertThat(a.sees("b").memberPort()).isEqualTo(5_701);
  }

  @Test
  void started_itSaysAndRenewsByItself_andTellsListeners() throws Exception {
    Node a = node("a");
    Node b = node("b");
    List<List<Member>> told = new CopyOnWriteArrayList<>();
    a.directory.onChange(told::add);
    a.directory.start();
    a.feed.start();
    b.directory.start();
    lapse("b");

    b.directory.say(MemberState.READY);

    Eventually.holds("it is seen", () -> a.sees("b").state() == MemberState.READY);
    Eventually.holds(
        "the listener knows", () -> !told.isEmpty() && told.getLast().equals(a.directory.all()));
    Eventually.holds("the claim is renewed", () -> left("b").isPositive());
  }

  @Test
  void beatWithNothingNew_announcesNothing() throws Exception {
    Node a = node("a");
    long before = changes();

    a.directory.beat();
    a.directory.beat();

    assertThat(changes()).isEqualTo(before);
  }

  @Test
  void close_itIsGone_andItsNameFree() throws Exception {
    Node a = node("a");
    Node b = node("b");
    long first = b.directory.self().incarnation();

    b.directory.close();

    assertThat(a.names()).containsExactly("a");
    assertThat(node("b").directory.self().incarnation()).isGreaterThan(first);
  }

  @Test
  void secondOfAName_isRefusedWithTheOthersAddressAndTheRemedy() throws Exception {
    Node first = node("a");
    NodeDirectory second = directory("a", () -> {});

    CompletableFuture<Void> claiming = claiming(second);
    Eventually.holds(
        "it is refused",
        () -> {
          first.directory.beat();
          return claiming.isDone();
        });

    assertThatThrownBy(claiming::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(ClusterRefused.class)
        .hasMessageContaining("'a'")
        .hasMessageContaining("http://127.0.0.1:8080")
        .hasMessageContaining("--name");
    assertThat(first.sees("a")).isEqualTo(first.directory.self());
  }

  @Test
  void restartAfterAKill_waitsForTheLapse() throws Exception {
    assertThat(leases.take("node/a", "killed", Duration.ofMillis(300))).isPresent();

    Node a = node("a");

    assertThat(store.find("a")).contains(a.directory.self());
  }

  @Test
  void claimThatLapsed_isLostForOthers_andTheNodeGoesOn() throws Exception {
    Node a = node("a");
    Node b = node("b");
    Member ready = b.ready();
    assertThat(a.sees("b")).isEqualTo(ready);
    lapse("b");
    long before = changes();

    a.directory.beat();
    assertThat(a.sees("b")).isEqualTo(ready.withState(MemberState.LOST));

    b.directory.beat();
    a.directory.beat();
    assertThat(a.sees("b")).isEqualTo(ready);
    assertThat(changes()).isEqualTo(before);
  }

  @Test
  void whoIsLostAlready_isKnownAsLostFromTheStart() throws Exception {
    node("b").ready();
    lapse("b");

    assertThat(node("a").directory.all())
        .extracting(Member::state)
        .containsExactly(MemberState.JOINING, MemberState.LOST);
  }

  @Test
  void lostForTenMinutes_isForgottenByOneOfTheOthers() throws Exception {
    Node a = node("a");
    Node b = node("b");
    database.execute(
        "UPDATE leases SET held_until = CURRENT_TIMESTAMP - INTERVAL '11' MINUTE"
            + " WHERE name = 'node/b'");
    assertThat(a.names()).containsExactly("a", "b");

    a.directory.beat();
    a.directory.beat();

    assertThat(a.names()).containsExactly("a");
    assertThat(store.find("b")).isEmpty();

    b.directory.beat(); // it was there all the time, away from the database
    b.feed.catchUp();
    b.directory.beat();
    assertThat(store.find("b")).contains(b.directory.self());
  }

  @Test
  void hint_isSeenByListenersAtOnce_alsoWithoutDatabase() throws Exception {
    Node a = node("a");
    Node b = node("b");
    b.ready();
    a.sees("b");
    CountDownLatch lost = new CountDownLatch(1);
    a.directory.onChange(members -> {
      if (members.stream().anyMatch(member -> member.state() == MemberState.LOST)) {
        lost.countDown();
      }
    });
    a.directory.start();
    database.execute("ALTER TABLE leases RENAME TO elsewhere");

    a.directory.left("b", b.directory.self().incarnation());

    assertThat(lost.await(30, TimeUnit.SECONDS)).isTrue();
    database.execute("ALTER TABLE elsewhere RENAME TO leases");
  }

  @Test
  void databaseAway_nothingChanges_andItGoesOnAfterwards() throws Exception {
    Node a = node("a");
    Node b = node("b");
    b.ready();
    a.sees("b");
    List<Member> before = a.directory.all();
    database.execute("ALTER TABLE leases RENAME TO elsewhere");

    a.directory.beat();
    a.directory.beat();
    a.directory.say(MemberState.DRAINING);
    a.directory.beat();
    assertThat(a.directory.all().getLast()).isEqualTo(before.getLast());
    assertThat(a.directory.self().state()).isEqualTo(MemberState.DRAINING);

    database.execute("ALTER TABLE elsewhere RENAME TO leases");
    a.directory.beat();
    assertThat(b.sees("a").state()).isEqualTo(MemberState.DRAINING);
  }

  @Test
  void replaced_isToldAndStops_itsRowStaysTheOthers() throws Exception {
    CountDownLatch stopped = new CountDownLatch(1);
    NodeDirectory paused = directory("a", stopped::countDown);
    paused.claim();
    lapse("a");
    Node second = node("a");

    paused.start();

    assertThat(stopped.await(30, TimeUnit.SECONDS)).isTrue();
    paused.say(MemberState.READY);
    paused.beat();
    paused.close();
    assertThat(store.find("a")).contains(second.directory.self());
  }

  @Test
  void replacedByOneThatHasLeftAgain_stopsAsWell() throws Exception {
    CountDownLatch stopped = new CountDownLatch(1);
    NodeDirectory paused = directory("a", stopped::countDown);
    paused.claim();
    lapse("a");
    node("a").directory.close();

    paused.start();

    assertThat(stopped.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(store.find("a")).isEmpty();
    paused.close();
    assertThat(node("a").directory.self().state()).isEqualTo(MemberState.JOINING);
  }

  @Test
  void pausedOnly_goesOnAsBefore() throws Exception {
    Node a = node("a");
    long incarnation = a.directory.self().incarnation();
    lapse("a");

    a.directory.beat();

    assertThat(a.directory.self().incarnation()).isEqualTo(incarnation);
    assertThat(left("a")).isPositive();
  }

  @Test
  void clockApart_isShown_andWrittenOnlyWhenItMoved() throws Exception {
    clock.step(Duration.ofSeconds(-40));
    Node a = node("a");
    Node b = node("b");

    a.directory.beat();
    assertThat(b.sees("a").skew()).isBetween(Duration.ofSeconds(-41), Duration.ofSeconds(-39));

    long before = changes();
    clock.step(Duration.ofMillis(100));
    a.directory.beat();
    assertThat(changes()).isEqualTo(before);

    clock.step(Duration.ofHours(1));
    a.directory.beat();
    assertThat(b.sees("a").skew()).isBetween(Duration.ofSeconds(3_559), Duration.ofSeconds(3_561));
  }

  private Node node(String name) throws ClusterRefused {
    Node node = new Node(name);
    node.directory.claim();
    node.feed.load();
    nodes.add(node);
    return node;
  }

  private NodeDirectory directory(String name, Runnable replaced) {
    Member self =
        new Member(
            name,
            0,
            Set.of(NodeRole.WORKER),
            "http://127.0.0.1:8080",
            "127.0.0.1",
            7_000,
            0,
            "0.1.0",
            MemberState.JOINING,
            Duration.ZERO);
    return new NodeDirectory(leases, store, WakeUp.NONE, self, clock, replaced);
  }

  private static CompletableFuture<Void> claiming(NodeDirectory directory) {
    return CompletableFuture.runAsync(() -> {
      try {
        directory.claim();
      } catch (ClusterRefused e) {
        throw new CompletionException(e);
      }
    });
  }

  private void lapse(String name) {
    database.execute(
        "UPDATE leases SET held_until = CURRENT_TIMESTAMP WHERE name = 'node/%s'".formatted(name));
  }

  private Duration left(String name) {
    Leases.Standing standing = leases.standing("node/" + name);
    return Duration.between(standing.now(), standing.leases().getFirst().until());
  }

  private long changes() {
    return new Database(database.dataSource())
        .read(
            "Counting",
            handle ->
                handle
                    .createQuery("SELECT last_number FROM change_counter")
                    .mapTo(Long.class)
                    .one());
  }

  /** Goes as the database's clock does, as far ahead as a test puts it. */
  private static final class SteppedClock extends Clock {
    private volatile Duration ahead = Duration.ZERO;

    void step(Duration by) {
      ahead = ahead.plus(by);
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException("It stays in UTC");
    }
  }

  private final class Node implements AutoCloseable {
    final NodeDirectory directory;
    final PolledChangeFeed feed = new PolledChangeFeed(database.dataSource(), WakeUp.NONE);

    Node(String name) {
      this.directory = directory(name, () -> {});
      feed.subscribe(directory);
    }

    Member ready() {
      directory.say(MemberState.READY);
      directory.beat();
      return directory.self();
    }

    /** Another, after all that was committed is known here. */
    Member sees(String name) {
      feed.catchUp();
      return directory.all().stream()
          .filter(member -> member.name().equals(name))
          .findFirst()
          .orElseThrow();
    }

    List<String> names() {
      feed.catchUp();
      return directory.all().stream().map(Member::name).toList();
    }

    @Override
    public void close() {
      feed.close();
      directory.close();
    }
  }
}
