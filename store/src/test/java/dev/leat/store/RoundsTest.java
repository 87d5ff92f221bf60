package dev.leat.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.testkit.Eventually;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RoundsTest {
  private static final Duration HOURS = Duration.ofHours(5);

  private final AtomicInteger done = new AtomicInteger();

  @Test
  void close_doesALastRound_thatFoundAllThatCameBefore() {
    AtomicInteger counted = new AtomicInteger();
    AtomicInteger written = new AtomicInteger();
    Rounds rounds = new Rounds("counts", HOURS, () -> written.set(counted.get()));
    rounds.start();
    counted.set(7);

    rounds.close();

    assertThat(written).hasValue(7);
  }

  @Test
  void round_thatFails_isFollowedByTheNext() {
    Rounds rounds =
        new Rounds(
            "failing",
            Duration.ofMillis(1),
            () -> {
              switch (done.incrementAndGet()) {
                case 1, 2 ->
                    throw new StoreFailure("Writing", true, new IllegalStateException("away"));
                case 3 -> throw new IllegalStateException("a defect");
                case 4 -> throw new AssertionError("another");
                default -> {}
              }
            });
    try (rounds) {
      rounds.start();
      Eventually.holds("it goes on", () -> done.get() > 5);
    }
  }

  @Test
  void close_neverStarted_doesNothing() {
    Rounds rounds = new Rounds("idle", HOURS, done::incrementAndGet);

    rounds.close();

    assertThat(done).hasValue(0);
  }
}
