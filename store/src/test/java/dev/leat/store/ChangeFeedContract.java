package dev.leat.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.Change;
import dev.leat.contract.Change.TokenRevoked;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The numbered laws of the feed of changes, which every database must keep. */
abstract class ChangeFeedContract {
  private static final int WRITERS = 6;
  private static final int EACH = 30;

  static final MigratedDatabases DATABASES = new MigratedDatabases(StoreSchema::migrate);

  private final TestDatabase testDatabase;
  private final DataSource source;
  private final Database database;
  private final AtomicInteger hints = new AtomicInteger();
  private final PolledChangeFeed feed;
  private final Subscriber subscriber = new Subscriber();

  ChangeFeedContract(TestDatabase testDatabase) {
    this.testDatabase = testDatabase;
    this.source = testDatabase.dataSource();
    this.database = new Database(source);
    this.feed = new PolledChangeFeed(source, hints::incrementAndGet);
    feed.subscribe(subscriber);
  }

  @AfterEach
  void close() {
    feed.close();
    testDatabase.close();
  }

  @Test
  void law1_changesAfterTheLoadOnceAndInOrder() {
    commit("before");
    feed.load();
    commit("a", "b");
    commit("c");

    assertThat(feed.catchUp()).isTrue();
    assertThat(feed.catchUp()).isTrue();

    assertThat(subscriber.got).containsExactly("load", "a", "b", "c");
  }

  @Test
  void law1_whatIsUndoneIsNoChange() {
    feed.load();
    assertThatThrownBy(() ->
            database.useTransaction(
                "Failing",
                handle -> {
                  Changes.append(handle, new TokenRevoked("undone"));
                  throw new IllegalStateException("on purpose");
                }))
        .isInstanceOf(IllegalStateException.class);
    commit("done");

    feed.catchUp();

    assertThat(subscriber.got).containsExactly("load", "done");
  }

  @Test
  void law1_moreThanAreReadAtOnce() {
    feed.load();
    String[] many =
        IntStream.range(0, Changes.BATCH * 2).mapToObj(Integer::toString).toArray(String[]::new);
    commit(many);

    feed.catchUp();

    assertThat(subscriber.got.subList(1, subscriber.got.size())).containsExactly(many);
  }

  /** A smaller number that is committed after a larger one was read would be lost. */
  @Test
  void law1_noneIsLostWhileManyWriteAndOneReads() {
    feed.load();
    feed.start();
    try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
      for (int writer = 0; writer < WRITERS; writer++) {
        int mine = writer;
        writers.execute(() -> {
          for (int i = 0; i < EACH; i++) {
            commit(mine + "/" + i);
            feed.wake();
          }
        });
      }
    }

    assertThat(feed.catchUp()).isTrue();

    assertThat(subscriber.got).hasSize(1 + WRITERS * EACH).doesNotHaveDuplicates();
    for (int writer = 0; writer < WRITERS; writer++) {
      String mine = writer + "/";
      assertThat(subscriber.got.stream().filter(got -> got.startsWith(mine)))
          .containsExactlyElementsOf(IntStream.range(0, EACH).mapToObj(i -> mine + i).toList());
    }
  }

  @Test
  void law1_theSameOrderOnEveryNode() {
    Subscriber there = new Subscriber();
    try (PolledChangeFeed other = new PolledChangeFeed(source, WakeUp.NONE);
        ExecutorService writers = Executors.newFixedThreadPool(2)) {
      other.subscribe(there);
      other.load();
      feed.load();
      writers.execute(() -> IntStream.range(0, EACH).forEach(i -> commit("a" + i)));
      writers.execute(() -> IntStream.range(0, EACH).forEach(i -> commit("b" + i)));
      Eventually.holds(
          "all arrive",
          () -> feed.catchUp() && other.catchUp() && subscriber.got.size() == 1 + 2 * EACH);
    }

    assertThat(there.got).isEqualTo(subscriber.got);
  }

  @Test
  void law2_behindTheOldestThatIsKept_loadsEverything() {
    feed.load();
    commit("read");
    feed.catchUp();
    testDatabase.execute("UPDATE change_counter SET last_number = last_number + " + Changes.KEPT);
    commit("missed by a gap");

    assertThat(feed.catchUp()).isTrue();
    commit("next");
    feed.catchUp();

    assertThat(subscriber.got).containsExactly("load", "read", "load", "next");
  }

  @Test
  void law2_allThatWasMissedIsGone_loadsEverything() {
    feed.load();
    commit("missed");
    testDatabase.execute("DELETE FROM changes");

    feed.catchUp();

    assertThat(subscriber.got).containsExactly("load", "load");
  }

  @Test
  void law2_databasePutBack_loadsEverything() {
    commit("a", "b");
    feed.load();
    testDatabase.execute("DELETE FROM changes");
    testDatabase.execute("UPDATE change_counter SET last_number = 0");

    feed.catchUp();
    commit("c");
    feed.catchUp();

    assertThat(subscriber.got).containsExactly("load", "load", "c");
  }

  @Test
  void law2_changeThatCannotBeRead_loadsEverything() {
    feed.load();
    commit("a", "b");
    testDatabase.execute(
        "UPDATE changes SET kind = 'quota', subject = 'No Tenant' WHERE number = 1");

    assertThat(feed.catchUp()).isTrue();

    assertThat(subscriber.got).containsExactly("load", "load", "b");
  }

  @Test
  void law2_databasePutBackAndGoneOnForLonger_loadsEverything() {
    commit("a", "b", "lost", "lost too");
    feed.load();
    commit("read");
    feed.catchUp();
    testDatabase.execute("DELETE FROM changes WHERE number > 2");
    testDatabase.execute("UPDATE change_counter SET last_number = 2");
    commit("c", "d", "e", "f", "g");

    assertThat(feed.catchUp()).isTrue();
    commit("h");
    feed.catchUp();

    assertThat(subscriber.got).containsExactly("load", "read", "load", "h");
  }

  @Test
  void law2_databasePutBackAndGoneOnAsFar_loadsEverything() {
    commit("a");
    feed.load();
    commit("read");
    feed.catchUp();
    testDatabase.execute("DELETE FROM changes WHERE number = 2");
    testDatabase.execute("UPDATE change_counter SET last_number = 1");
    commit("b");

    feed.catchUp();
    feed.catchUp();

    assertThat(subscriber.got).containsExactly("load", "read", "load");
  }

  @Test
  void law2_onlySoManyAreKept_theFeedRemovesTheOthers() {
    commit(IntStream.range(0, 100).mapToObj(i -> "x").toArray(String[]::new));
    testDatabase.execute("UPDATE change_counter SET last_number = " + (Changes.KEPT + 40));
    commit("y");
    assertThat(count()).isEqualTo(101);
    feed.load();

    feed.start();

    Eventually.holds("they are removed", () -> count() == 100 - 41 + 1);
  }

  @Test
  void law2_manyMoreThanAreKept_areRemovedAsTheyAreSeen() {
    commit("first");
    feed.load();
    feed.start();
    testDatabase.execute("UPDATE change_counter SET last_number = " + Changes.KEPT);

    commit(IntStream.range(0, Changes.PRUNED_AFTER + 1).mapToObj(i -> "x").toArray(String[]::new));
    feed.wake();

    Eventually.holds("the first is removed", () -> count() <= Changes.PRUNED_AFTER + 1);
  }

  @Test
  void law3_whoFailsLoadsUntilItSucceeds_othersGoOn() {
    Subscriber other = new Subscriber();
    feed.subscribe(other);
    feed.load();
    subscriber.fails = true;
    commit("a", "b");

    assertThat(feed.catchUp()).isFalse();
    assertThat(feed.catchUp()).isFalse();
    assertThat(other.got).containsExactly("load", "a", "b");
    assertThat(subscriber.got).containsExactly("load");

    subscriber.fails = false;
    commit("c");
    assertThat(feed.catchUp()).isTrue();
    assertThat(subscriber.got).containsExactly("load", "load", "c");
    assertThat(other.got).containsExactly("load", "a", "b", "c");
  }

  @Test
  void law4_unknownKind_isLeftOut() {
    feed.load();
    commit("a", "b");
    testDatabase.execute("UPDATE changes SET kind = 'topic' WHERE number = 1");

    assertThat(feed.catchUp()).isTrue();

    assertThat(subscriber.got).containsExactly("load", "b");
  }

  @Test
  void law6_withoutAHintItComes() {
    feed.load();
    feed.start();

    commit("a");

    Eventually.holds("it comes", () -> subscriber.got.contains("a"));
  }

  @Test
  void law6_databaseAway_nothingIsLost() {
    feed.load();
    commit("a");
    testDatabase.execute("ALTER TABLE changes RENAME TO elsewhere");
    assertThat(feed.catchUp()).isFalse();
    testDatabase.execute("ALTER TABLE elsewhere RENAME TO changes");

    assertThat(feed.catchUp()).isTrue();
    assertThat(subscriber.got).containsExactly("load", "a");
  }

  @Test
  void law7_othersAreTold() {
    feed.load();

    feed.catchUp();

    assertThat(hints).hasValue(1);
  }

  @Test
  void law7_manyAtOnceEachFindTheirOwn() {
    feed.load();
    List<Boolean> found = new CopyOnWriteArrayList<>();
    try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
      for (int writer = 0; writer < WRITERS; writer++) {
        String mine = "w" + writer;
        writers.execute(() -> {
          commit(mine);
          found.add(feed.catchUp() && subscriber.got.contains(mine));
        });
      }
    }

    assertThat(found).hasSize(WRITERS).containsOnly(true);
  }

  @Test
  void load_thatFails_isTheCallers() {
    subscriber.fails = true;

    assertThatThrownBy(feed::load).isInstanceOf(StoreFailure.class);
  }

  private void commit(String... names) {
    database.useTransaction(
        "Changing",
        handle -> {
          for (String name : names) {
            Changes.append(handle, new TokenRevoked(name.replace(' ', '-')));
          }
        });
  }

  private int count() {
    return database.read(
        "Counting",
        handle -> handle.createQuery("SELECT COUNT(*) FROM changes").mapTo(Integer.class).one());
  }

  private static final class Subscriber implements ChangeFeed.Subscriber {
    final List<String> got = new CopyOnWriteArrayList<>();
    volatile boolean fails;

    @Override
    public void load() {
      failIfTold();
      got.add("load");
    }

    @Override
    public void changed(Change change) {
      failIfTold();
      got.add(
          switch (change) {
            case TokenRevoked(String name) -> name;
            default -> throw new AssertionError(change);
          });
    }

    private void failIfTold() {
      if (fails) {
        throw new StoreFailure("Reading", true, new IllegalStateException("on purpose"));
      }
    }
  }
}
