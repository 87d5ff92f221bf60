package dev.leat.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.testkit.Eventually;
import dev.leat.testkit.TestDatabase;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LeasedRoundsTest {
  private static final Duration TERM = Duration.ofMinutes(5);

  /** H2 closes its file when a thread that writes is interrupted: what comes after is lost. */
  @Test
  void close_waitsForTheRound_withoutInterruptingIt_andReleasesTheLease() throws Exception {
    try (TestDatabase database = TestDatabase.h2()) {
      StoreSchema.migrate(database.dataSource());
      JdbiLeases leases = new JdbiLeases(database.dataSource());
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch mayEnd = new CountDownLatch(1);
      CompletableFuture<Boolean> isInterrupted = new CompletableFuture<>();
      LeasedRounds rounds =
          new LeasedRounds(
              leases,
              "work",
              "one",
              TERM,
              Duration.ofMillis(1),
              lease -> {
                begun.countDown();
                try {
                  isInterrupted.complete(!mayEnd.await(20, TimeUnit.SECONDS));
                } catch (InterruptedException e) {
                  isInterrupted.complete(true);
                }
              });
      rounds.start();
      begun.await();

      Thread closing = Thread.ofPlatform().start(rounds::close);
      Eventually.holds(
          "it waits for the round", () -> closing.getState() == Thread.State.TIMED_WAITING);
      assertThat(leases.take("work", "two", TERM)).as("it is under way").isEmpty();
      mayEnd.countDown();
      closing.join();

      assertThat(isInterrupted.get()).isFalse();
      assertThat(leases.take("work", "two", TERM)).isPresent();
    }
  }
}
