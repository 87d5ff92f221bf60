package dev.leat.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopLagTest {
  @Test
  void tick_late_isToldByHowMuch_earlyAsNone() {
    List<Long> told = new ArrayList<>();
    LoopLag lag = new LoopLag(500, 0, told::add);

    lag.tick(500_000_000);
    lag.tick(1_000_000_007);
    lag.tick(1_200_000_000);

    assertThat(told).containsExactly(0L, 7L, 0L);
  }
}
