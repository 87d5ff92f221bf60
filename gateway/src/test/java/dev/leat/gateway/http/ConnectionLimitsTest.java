package dev.leat.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest {
  private static final ConnectionLimits LIMITS = ConnectionLimits.DEFAULT;

  private static boolean isTooSlow(long bytes, Duration elapsed) {
    return LIMITS.isTooSlow(bytes, elapsed.toNanos());
  }

  @Test
  void body_mayComeAtAnyRateAtFirst() {
    assertThat(isTooSlow(0, LIMITS.bodyGrace())).isFalse();
    assertThat(isTooSlow(0, LIMITS.bodyGrace().plusMillis(1))).isTrue();
  }

  @Test
  void body_mustKeepTheRateAfterwards() {
    Duration tenMore = LIMITS.bodyGrace().plusSeconds(10);

    assertThat(isTooSlow(10 * LIMITS.bodyBytesPerSecond(), tenMore)).isFalse();
    assertThat(isTooSlow(10 * LIMITS.bodyBytesPerSecond() - 1, tenMore)).isTrue();
  }

  @Test
  void body_mustComeInTimeHoweverFast() {
    assertThat(isTooSlow(Long.MAX_VALUE, LIMITS.bodyMax())).isFalse();
    assertThat(isTooSlow(Long.MAX_VALUE, LIMITS.bodyMax().plusNanos(1))).isTrue();
  }
}
