package dev.leat.tenants.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.TenantId;
import dev.leat.tenants.Places;
import dev.leat.tenants.QuotaScope;
import dev.leat.testkit.Seed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Gateways in one JVM, by a clock of the test's. */
final class SharedPlacesTest {
  private static final QuotaScope ACME = new QuotaScope.OfTenant(new TenantId("acme"));
  private static final Duration FEW_ROUNDS = ClusterBudgets.ROUND.multipliedBy(10);

  private final Random random = Seed.orElse(12).random();
  private final Gates gates = new Gates(3, random);
  private final List<SharedPlaces> places = new ArrayList<>();

  private void places(int limit) {
    places.clear();
    gates.nodes.forEach(node -> places.add((SharedPlaces) node.budgets.places(ACME, limit)));
    gates.run(Duration.ofSeconds(1)); // they hear of each other
  }

  private static int enter(Places places, int times) {
    int entered = 0;
    for (int i = 0; i < times; i++) {
      entered += places.enter() ? 1 : 0;
    }
    return entered;
  }

  private int limits() {
    return places.stream().mapToInt(SharedPlaces::limit).sum();
  }

  @Test
  void atFirst_eachHasItsShare() {
    places(10);

    assertThat(places).extracting(SharedPlaces::limit).containsExactlyInAnyOrder(3, 3, 4);
  }

  @Test
  void fewerPlacesThanGateways_areOneEach() {
    places(1);

    assertThat(places).extracting(SharedPlaces::limit).containsOnly(1);
  }

  @Test
  void oneThatNeedsMore_borrowsAllButOneOfEach() {
    places(30);
    SharedPlaces busy = places.getFirst();

    int entered = enter(busy, 40);
    assertThat(entered).isEqualTo(10);
    gates.run(FEW_ROUNDS);
    entered += enter(busy, 40);

    assertThat(entered).isEqualTo(28);
    assertThat(limits()).isLessThanOrEqualTo(30);
  }

  @Test
  void loan_lastsAsLongAsItIsUsed_andComesBackAfterwards() {
    places(30);
    SharedPlaces busy = places.getFirst();
    enter(busy, 40);
    gates.run(FEW_ROUNDS);
    enter(busy, 40);

    gates.run(Duration.ofSeconds(60));
    assertThat(busy.limit()).isEqualTo(28);
    for (int i = 0; i < 28; i++) {
      busy.leave();
    }
    gates.run(Duration.ofSeconds(5));

    assertThat(places).extracting(SharedPlaces::limit).containsOnly(10);
  }

  @Test
  void deadBorrower_itsLoansAndItsShareComeBack() {
    places(30);
    enter(places.getFirst(), 40);
    gates.run(FEW_ROUNDS);
    enter(places.getFirst(), 40);
    Gates.Node dead = gates.nodes.getFirst();
    gates.kill(dead);
    SharedPlaces alive = places.get(1);

    gates.run(SharedPlaces.TERM.plus(FEW_ROUNDS));
    assertThat(alive.limit()).isEqualTo(10);
    gates.lost(dead);
    gates.run(FEW_ROUNDS);

    assertThat(alive.limit()).isEqualTo(15);
    int entered = enter(alive, 40);
    gates.run(FEW_ROUNDS);
    assertThat(entered + enter(alive, 40)).isEqualTo(29);
  }

  @Test
  void deadLender_itsLoanEnds() {
    places(30);
    enter(places.getFirst(), 40);
    gates.run(FEW_ROUNDS);
    assertThat(places.getFirst().limit()).isEqualTo(28);

    gates.kill(gates.nodes.getLast());
    gates.run(Duration.ofMillis(1_200));

    assertThat(places.getFirst().limit()).isEqualTo(19);
  }

  /** Its thread of rounds stands still, as when the whole node was paused. */
  @Test
  void pausedBorrower_doesNotUseALoanThatHasLapsed() {
    places(30);
    SharedPlaces busy = places.getFirst();
    enter(busy, 40);
    gates.run(FEW_ROUNDS);
    assertThat(busy.left()).isEqualTo(18);

    gates.nodes.getFirst().isPaused = true;
    gates.run(SharedPlaces.TERM);

    assertThat(enter(busy, 40)).isZero();
    assertThat(places.get(1).limit() + places.get(2).limit()).isEqualTo(20);
  }

  @Test
  void apart_eachHasItsShare() {
    places(30);
    enter(places.getFirst(), 40);
    gates.run(FEW_ROUNDS);
    gates.part();

    gates.run(SharedPlaces.TERM.plus(FEW_ROUNDS));

    assertThat(places).extracting(SharedPlaces::limit).containsOnly(10);
  }

  @Test
  void changedLimit_holdsWithTheNextRounds() {
    places(30);
    enter(places.getFirst(), 10);

    gates.nodes.forEach(node -> node.budgets.places(ACME, 6));
    gates.run(ClusterBudgets.ROUND);

    assertThat(places).extracting(SharedPlaces::limit).containsOnly(2);
    assertThat(places.getFirst().enter()).isFalse();
    assertThat(places.getFirst().left()).isZero();
  }

  /** Law 1, at each millisecond, with messages that are lost, late and in any order. */
  @Test
  void whateverMessagesAreLost_thereAreNeverMorePlacesThanTheLimit() {
    int limit = 20;
    places(limit);
    gates.lose(30, 400);
    int[] in = new int[places.size()];
    int[] most = {0};

    gates.run(
        Duration.ofSeconds(120),
        () -> {
          int one = random.nextInt(in.length);
          boolean isBusy = one == gatesTurn();
          if (random.nextInt(10) < (isBusy ? 8 : 3)) {
            in[one] += places.get(one).enter() ? 1 : 0;
          } else if (in[one] > 0) {
            places.get(one).leave();
            in[one]--;
          }
          if (random.nextInt(5_000) == 0) {
            gates.nodes.get(one).isPaused = !gates.nodes.get(one).isPaused;
          }
          int sum = in[0] + in[1] + in[2];
          most[0] = Math.max(most[0], sum);
          assertThat(places.stream().mapToLong(Places::left).sum() + sum)
              .as("%s", Seed.orElse(12))
              .isLessThanOrEqualTo(limit);
        });

    assertThat(most[0]).isGreaterThanOrEqualTo(limit - 3);
  }

  private int step;

  /** Which of them is busy, for ten seconds each. */
  private int gatesTurn() {
    return step++ / 10_000 % 3;
  }
}
