package dev.leat.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.TenantId;
import dev.leat.gateway.http.BodyMemory.Reservation;
import dev.leat.testkit.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BodyMemoryTest {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final long MAX = 4_000;

  private final BodyMemory memory = new BodyMemory(MAX);

  @Test
  void take_oneTenantAlone_hasTwoThirdsOfWhatIsForFunctions() {
    Reservation reservation = memory.ofFunctions(ACME);

    assertThat(reservation.take(2_001)).isFalse();
    assertThat(memory.held()).isZero();
    assertThat(reservation.take(2_000)).isTrue();
    assertThat(memory.largest(false)).isEqualTo(2_000);
    assertThat(memory.ofFunctions(ACME).take(2)).as("for all of its calls").isFalse();
  }

  @Test
  void take_whateverOneTakes_leavesTheNextAThird() {
    BodyMemory large = new BodyMemory(400_000_000);
    long free = 300_000_000;
    for (int tenant = 0; tenant < 6; tenant++) {
      Reservation greedy = large.ofFunctions(new TenantId("greedy-" + tenant));
      while (greedy.take(1_000)) {}

      long left = 300_000_000 - large.held();
      assertThat(left).as("tenant %d", tenant).isBetween(free / 3, free / 3 + 1_000);
      free = left;
    }
  }

  @Test
  void take_functionsHoldAllTheyCan_leavesTheControlPlaneItsPart() {
    for (int tenant = 0; tenant < 20; tenant++) {
      Reservation greedy = memory.ofFunctions(new TenantId("greedy-" + tenant));
      while (greedy.take(1)) {}
    }

    assertThat(memory.held()).isLessThanOrEqualTo(MAX / 4 * 3);
    assertThat(memory.ofControl("").take(MAX / 6)).isTrue();
  }

  @Test
  void take_functionsHoldNothing_givesTheControlPlaneTwoThirdsOfAll() {
    assertThat(memory.ofControl("acme").take(MAX / 3 * 2)).isTrue();
    assertThat(memory.ofControl("").take(300)).as("an operator beside a tenant").isTrue();
  }

  @Test
  void close_givesAllBackOnce_andTakesNoMore() {
    Reservation reservation = memory.ofFunctions(ACME);
    Reservation neighbour = memory.ofFunctions(OTHER);
    assertThat(reservation.take(100) && neighbour.take(50)).isTrue();

    reservation.close();
    reservation.close();

    assertThat(memory.held()).isEqualTo(50);
    assertThat(reservation.take(1)).isFalse();
    assertThat(reservation.exchange(0)).isTrue();
    assertThat(memory.held()).isEqualTo(50);
  }

  @Test
  void exchange_holdsTheOtherInstead() {
    Reservation reservation = memory.ofFunctions(ACME);
    assertThat(reservation.take(1_500)).isTrue();

    assertThat(reservation.exchange(1_800)).as("not beside it").isTrue();
    assertThat(memory.held()).isEqualTo(1_800);
    assertThat(reservation.exchange(3_000)).isFalse();
    assertThat(memory.held()).isZero();
  }

  @Test
  void giveBack_moreThanWasTaken_isADefect() {
    Reservation reservation = memory.ofFunctions(ACME);
    assertThat(reservation.take(10)).isTrue();

    assertThatThrownBy(() -> reservation.giveBack(11)).isInstanceOf(IllegalArgumentException.class);
    assertThat(memory.held()).isEqualTo(10);
  }

  @Test
  void anyOrderOfTakingAndGivingBack_endsWithNothingHeld() {
    Seed seed = Seed.orElse(20_261_127L);
    Random random = seed.random();
    List<Reservation> open = new ArrayList<>();
    for (int step = 0; step < 10_000; step++) {
      switch (random.nextInt(4)) {
        case 0 -> open.add(memory.ofFunctions(random.nextBoolean() ? ACME : OTHER));
        case 1 -> open.add(memory.ofControl(random.nextBoolean() ? "acme" : ""));
        case 2 -> {
          if (!open.isEmpty()) {
            open.get(random.nextInt(open.size())).take(random.nextInt(500));
          }
        }
        default -> {
          if (!open.isEmpty()) {
            open.remove(random.nextInt(open.size())).close();
          }
        }
      }
      assertThat(memory.held()).as("step %d of %s", step, seed).isBetween(0L, MAX);
    }
    open.forEach(Reservation::close);
    assertThat(memory.held()).as(seed.toString()).isZero();
  }
}
