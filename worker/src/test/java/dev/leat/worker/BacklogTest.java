package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BacklogTest {
  private static final long NO_LIMIT = Long.MAX_VALUE;
  private static final long TYPICAL = Duration.ofMillis(80).toNanos();

  private long now = Long.MAX_VALUE - Duration.ofSeconds(2).toNanos(); // the clock may wrap
  private final long began = now;
  private final Backlog backlog = new Backlog(now);

  @Test
  void burst_thatIsWorkedOff_mayTakeItsTime() {
    for (int i = 0; i < 100; i++) {
      backlog.went(false);
      assertThat(lookAtOldestOf(began)).isEqualTo(NO_LIMIT);
    }
  }

  @Test
  void queueThatShrinks_doesNotStand() {
    for (int i = 0; i < 100; i++) {
      come(3);
      go(4);
      assertThat(lookAtOldestOf(began)).isEqualTo(NO_LIMIT);
    }
  }

  @Test
  void queueThatIsFed_standsAfterHalfASecond() {
    for (int i = 1; i < 10; i++) {
      come(5);
      go(1);
      assertThat(lookAtOldestOf(began)).isEqualTo(NO_LIMIT);
    }
    come(5);

    assertThat(lookAtOldestOf(began)).isEqualTo(TYPICAL);
  }

  @Test
  void queueThatIsFedNoLonger_standsNoLonger() {
    for (int i = 0; i < 20; i++) {
      come(5);
      lookAtOldestOf(began);
    }
    for (int i = 0; i < 5; i++) {
      go(1);
      lookAtOldestOf(began);
    }

    assertThat(lookAtOldestOf(began)).isEqualTo(NO_LIMIT);
  }

  @Test
  void briefCalls_mayWaitForMoreThanTheyTake_unknownOnesForAny() {
    for (int i = 0; i < 20; i++) {
      come(5);
      lookAtOldestOf(began);
    }

    come(1);
    assertThat(backlog.look(now, began, 1_000)).isEqualTo(Backlog.WAIT_MIN.toNanos());
    assertThat(backlog.look(now, began, InstancePool.UNKNOWN_NANOS)).isEqualTo(NO_LIMIT);
  }

  @Test
  void newestGoFirst_onceTheOldestWaitedForLong_untilItIsHalf() {
    lookAtOldest(Duration.ofMillis(80));
    assertThat(backlog.isNewestFirst()).isFalse();
    lookAtOldest(Duration.ofMillis(81));
    assertThat(backlog.isNewestFirst()).isTrue();
    lookAtOldest(Duration.ofMillis(41));
    assertThat(backlog.isNewestFirst()).isTrue();
    lookAtOldest(Duration.ofMillis(40));
    assertThat(backlog.isNewestFirst()).isFalse();
  }

  @Test
  void emptied_isOver() {
    backlog.went(false);
    assertThat(backlog.isOver()).isFalse();
    backlog.went(true);
    backlog.came();
    assertThat(backlog.isOver()).isTrue();
  }

  private void come(int count) {
    for (int i = 0; i < count; i++) {
      backlog.came();
    }
  }

  private void go(int count) {
    for (int i = 0; i < count; i++) {
      backlog.went(false);
    }
  }

  private long lookAtOldestOf(long arrivedNanos) {
    now += Backlog.LOOK_EVERY.toNanos();
    return backlog.look(now, arrivedNanos, TYPICAL);
  }

  private void lookAtOldest(Duration waited) {
    backlog.look(now, now - waited.toNanos(), TYPICAL);
  }
}
