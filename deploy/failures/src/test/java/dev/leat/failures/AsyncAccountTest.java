package dev.leat.failures;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AsyncAccountTest {
  private static final Instant BEGUN = Instant.parse("2026-01-01T00:00:10Z");
  private static final Instant AGAIN = BEGUN.plusSeconds(5);

  @Test
  void begunTwice_withNothingBrokenBetween_isFound() {
    assertThat(twice(List.of())).containsExactly("a");
    assertThat(twice(List.of(BEGUN.minusSeconds(2)))).containsExactly("a");
    assertThat(twice(List.of(AGAIN.plusMillis(1)))).containsExactly("a");
  }

  @Test
  void begunTwice_afterItsNodeWasLost_isAllowed() {
    assertThat(twice(List.of(BEGUN.plusSeconds(1)))).isEmpty();
  }

  /** The node that was killed had sent it; the other's worker began it all the same. */
  @Test
  void begunTwice_firstOnItsWayFromANodeThatWasKilled_isAllowed() {
    assertThat(twice(List.of(BEGUN.minusMillis(25)))).isEmpty();
  }

  private static List<String> twice(List<Instant> faults) {
    return new AsyncAccount(Map.of(), Map.of(), Map.of("a", List.of(BEGUN, AGAIN)), 0, 0)
        .begunTwiceWithinALease(faults);
  }
}
