package dev.leat.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.store.Leases.Held;
import dev.leat.store.Leases.Lease;
import dev.leat.store.Leases.Standing;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.Seed;
import dev.leat.testkit.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The numbered laws of leases, which every database must keep. */
abstract class LeasesContract {
  /** Longer than any test: a lease lapses when a test says so. */
  static final Duration TERM = Duration.ofMinutes(5);

  private static final int HOLDERS = 4;
  private static final int ROUNDS = 40;

  static final MigratedDatabases DATABASES =
      new MigratedDatabases(StoreSchema::migrate, LeasesContract::makeWritten);

  private final TestDatabase testDatabase;
  private final Database database;
  private final Leases leases;

  LeasesContract(TestDatabase testDatabase) {
    this.testDatabase = testDatabase;
    this.database = new Database(testDatabase.dataSource());
    this.leases = new JdbiLeases(testDatabase.dataSource());
  }

  /** What is written under a lease, by whom last. */
  private static void makeWritten(DataSource source) {
    new Database(source)
        .useTransaction(
            "Making a table",
            handle -> {
              handle.execute("CREATE TABLE written (by_fence BIGINT NOT NULL)");
              handle.execute("INSERT INTO written (by_fence) VALUES (0)");
            });
  }

  @AfterEach
  void close() {
    testDatabase.close();
  }

  @Test
  void law1_whileHeld_noOtherTakesIt() {
    take("a#1");

    assertThat(leases.take("placement", "b#1", TERM)).isEmpty();
    assertThat(leases.take("members", "b#1", TERM)).isPresent();
  }

  @Test
  void law1_noTermIsLeft_itHasLapsed() {
    assertThat(leases.take("placement", "a#1", Duration.ZERO)).isPresent();

    assertThat(leases.take("placement", "b#1", TERM)).isPresent();
  }

  @Test
  void law2_eachHolderHasAHigherFence() {
    Lease first = take("a#1");
    lapse("placement");
    Lease second = take("b#1");
    leases.release(second);
    Lease third = take("b#1");

    assertThat(List.of(first.fence(), second.fence(), third.fence()))
        .isSorted()
        .doesNotHaveDuplicates();
  }

  @Test
  void law2_leaseThatWasForgotten_hasAHigherFence() {
    Lease first = take("a#1");
    testDatabase.execute("UPDATE leases SET held_until = CURRENT_TIMESTAMP - INTERVAL '31' DAY");
    take("members", "b#1");

    Lease second = take("a#1");

    assertThat(second.fence()).isGreaterThan(first.fence());
  }

  @Test
  void law3_renewed_keepsItsFence() {
    Lease lease = take("a#1");
    lapseIn("placement", 20);

    Lease renewed = take("a#1");

    assertThat(renewed.fence()).isEqualTo(lease.fence());
    assertThat(left("placement")).isGreaterThan(TERM.minusSeconds(30));
  }

  @Test
  void law4_lapsedOnly_isRenewed() {
    Lease lease = take("a#1");
    lapse("placement");

    assertThat(take("a#1").fence()).isEqualTo(lease.fence());
  }

  @Test
  void law4_replaced_isTold() {
    Lease lost = take("a#1");
    lapse("placement");
    Lease held = take("b#1");

    assertThat(leases.take("placement", "a#1", TERM)).isEmpty();
    assertThatThrownBy(() -> write(lost))
        .isInstanceOf(LeaseLost.class)
        .hasMessageContaining("placement");
    write(held);
    assertThat(written()).isEqualTo(held.fence());
  }

  @Test
  void law4_lapsed_writesNothing() {
    Lease lease = take("a#1");
    lapse("placement");

    assertThatThrownBy(() -> write(lease)).isInstanceOf(LeaseLost.class);

    assertThat(written()).isZero();
  }

  @Test
  void law5_whileATransactionHoldsIt_noOtherTakesIt() throws Exception {
    Lease lease = take("a#1");
    Future<Optional<Lease>> other;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      other =
          database.inTransaction(
              "Writing",
              handle -> {
                leases.hold(handle, lease);
                CountDownLatch begun = new CountDownLatch(1);
                Future<Optional<Lease>> taking =
                    threads.submit(() -> {
                      begun.countDown();
                      return leases.take("placement", "b#1", TERM);
                    });
                await(begun);
                handle.execute("UPDATE written SET by_fence = " + lease.fence());
                return taking;
              });
    }

    assertThat(other.get()).isEmpty();
    assertThat(written()).isEqualTo(lease.fence());
  }

  @Test
  void release_byWhoWasReplaced_changesNothing() {
    Lease lost = take("a#1");
    lapse("placement");
    Lease held = take("b#1");

    leases.release(lost);

    assertThat(leases.take("placement", "c#1", TERM)).isEmpty();
    assertThat(take("b#1").fence()).isEqualTo(held.fence());
  }

  @Test
  void lease_holdsHereForItsTerm() {
    assertThat(take("a#1").holds()).isTrue();
    assertThat(leases.take("members", "a#1", Duration.ZERO).orElseThrow().holds()).isFalse();
  }

  @Test
  void standing_hasThoseOfThePrefix_alsoLapsed_notReleased() {
    Lease held = take("node/a", "a#1");
    Lease lapsed = take("node/b", "b#1");
    leases.release(take("node/c", "c#1"));
    take("node", "d#1");
    take("node/old", "d#1");
    lapse("node/b");
    testDatabase.execute(
        "UPDATE leases SET held_until = CURRENT_TIMESTAMP - INTERVAL '11' MINUTE"
            + " WHERE name = 'node/old'");

    Standing standing = leases.standing("node/");

    assertThat(standing.leases()).extracting(Held::name).containsExactly("node/a", "node/b");
    assertThat(standing.leases())
        .extracting(Held::fence)
        .containsExactly(held.fence(), lapsed.fence());
    assertThat(standing.leases())
        .extracting(lease -> lease.until().isAfter(standing.now()))
        .containsExactly(true, false);
  }

  @Test
  void standing_ofNothing_hasTheTime() {
    assertThat(leases.standing("node/").leases()).isEmpty();
  }

  /** Each takes it, writes under it, lets it lapse or releases it, as its dice say. */
  @Test
  void race_fencesOnlyRise_andNobodyWritesAfterItWasReplaced() throws Exception {
    Seed seed = Seed.orElse(11);
    try (ExecutorService threads = Executors.newFixedThreadPool(HOLDERS)) {
      List<Future<Long>> racers =
          IntStream.range(0, HOLDERS)
              .mapToObj(holder -> threads.submit(() -> race(holder, seed)))
              .toList();
      for (Future<Long> racer : racers) {
        assertThat(finished(racer)).as(seed.toString()).isPositive();
      }
    }
  }

  /** Gives how often it wrote. */
  private long race(int number, Seed seed) {
    Random dice = new Random(seed.value() * HOLDERS + number);
    String holder = number + "#1";
    long writes = 0;
    int turns = 0;
    while (turns < ROUNDS) {
      Optional<Lease> taken = leases.take("placement", holder, TERM);
      if (taken.isEmpty()) {
        Thread.onSpinWait();
        continue;
      }
      turns++;
      if (dice.nextInt(3) == 0) {
        lapse("placement"); // from here on another may take it before the write
      }
      try {
        write(taken.get());
        writes++;
      } catch (LeaseLost e) {
        // as it must be, if another has it
      }
      leases.release(taken.get());
    }
    return writes;
  }

  private static long finished(Future<Long> racer) throws InterruptedException {
    try {
      return racer.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  /** Writes under a lease; what it finds must be of an earlier holder, or its own. */
  private void write(Lease lease) {
    database.useTransaction(
        "Writing under a lease",
        handle -> {
          leases.hold(handle, lease);
          long before = handle.createQuery("SELECT by_fence FROM written").mapTo(Long.class).one();
          if (before > lease.fence()) {
            throw new AssertionError("holder " + lease.fence() + " writes after " + before);
          }
          handle.execute("UPDATE written SET by_fence = " + lease.fence());
        });
  }

  private Lease take(String holder) {
    return take("placement", holder);
  }

  private Lease take(String name, String holder) {
    return leases.take(name, holder, TERM).orElseThrow();
  }

  final void lapse(String name) {
    lapseIn(name, 0);
  }

  private void lapseIn(String name, int seconds) {
    testDatabase.execute(
        "UPDATE leases SET held_until = CURRENT_TIMESTAMP + INTERVAL '%d' SECOND WHERE name = '%s'"
            .formatted(seconds, name));
  }

  private Duration left(String name) {
    Standing standing = leases.standing(name);
    return Duration.between(standing.now(), standing.leases().getFirst().until());
  }

  final long written() {
    return database.read(
        "Reading",
        handle -> handle.createQuery("SELECT by_fence FROM written").mapTo(Long.class).one());
  }

  final DataSource source() {
    return testDatabase.dataSource();
  }

  final Database database() {
    return database;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
