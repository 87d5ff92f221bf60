package dev.leat.tenants.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.TenantId;
import dev.leat.tenants.QuotaScope;
import dev.leat.tenants.Rate;
import dev.leat.tenants.RateKind;
import dev.leat.tenants.RateLimit;
import dev.leat.testkit.Seed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** Gateways in one JVM, by a clock of the test's. */
final class SharedRateTest {
  private static final Percentage THREE = Percentage.withPercentage(3);
  private static final QuotaScope ACME = new QuotaScope.OfTenant(new TenantId("acme"));

  private final RandomGenerator random = Seed.orElse(12).random();
  private final Gates gates = new Gates(3, random);
  private final List<Rate> rates = new ArrayList<>();
  private long admitted;

  private void rate(long perSecond, long burst) {
    rates.clear();
    gates.nodes.forEach(node ->
        rates.add(
            node.budgets.rate(ACME, RateKind.REQUESTS, RateLimit.perSecond(perSecond, burst))));
  }

  /** Offers so many a second, in all, to each of these in turn. */
  private void offer(Duration time, int perSecond, List<Rate> to) {
    long[] thousandths = {0};
    gates.run(
        time,
        () -> {
          for (thousandths[0] += perSecond; thousandths[0] >= 1_000; thousandths[0] -= 1_000) {
            if (to.get(random.nextInt(to.size())).tryTake()) {
              admitted++;
            }
          }
        });
  }

  @Test
  void fourTimesTheRate_overThreeGateways_isWithinThreePercent() {
    rate(1_000, 1_000);
    gates.run(Duration.ofSeconds(3)); // it fills

    offer(Duration.ofSeconds(5), 4_000, rates);

    assertThat(admitted).isCloseTo(1_000 + 5 * 1_000, THREE);
  }

  /** What functions send is few and by the minute or the hour. */
  @Test
  void ratesOfMinutesAndHours_areHeldLikewise() {
    gates.nodes.forEach(node ->
        rates.add(
            node.budgets.rate(
                ACME, RateKind.OUTBOUND_PER_MINUTE, RateLimit.of(600, Duration.ofMinutes(1)))));
    gates.run(Duration.ofSeconds(61));
    offer(Duration.ofSeconds(20), 100, rates);
    assertThat(admitted).as("a minute's at once, and a third").isCloseTo(600 + 200, THREE);

    rates.clear();
    admitted = 0;
    gates.nodes.forEach(node ->
        rates.add(
            node.budgets.rate(
                ACME, RateKind.OUTBOUND_PER_HOUR, RateLimit.of(36_000, Duration.ofHours(1)))));
    offer(Duration.ofSeconds(20), 200, rates);
    assertThat(admitted)
        .as("a share of what came since the nodes were started, and what comes")
        .isCloseTo(10 * (61 + 20) / 3 + 10 * 20, THREE);
  }

  @Test
  void allOfItAtOneGateway_isWithinThreePercent() {
    rate(1_000, 1_000);
    gates.run(Duration.ofSeconds(3));

    offer(Duration.ofSeconds(5), 4_000, rates.subList(0, 1));

    assertThat(admitted).isCloseTo(1_000 + 5 * 1_000, THREE);
  }

  @Test
  void lowRateAndHighRate_areHeldOverTime() {
    for (long perSecond : List.of(1L, 7L, 100L, 50_000L)) {
      long burst = Math.max(10, perSecond / 2);
      long seconds = perSecond > 100 ? 5 : 100;
      rate(perSecond, burst);
      gates.run(Duration.ofSeconds(11));
      admitted = 0;

      offer(Duration.ofSeconds(seconds), (int) perSecond * 4, rates);

      assertThat(admitted)
          .as("at %d a second", perSecond)
          .isCloseTo(perSecond * seconds + burst, THREE);
      gates.nodes.forEach(node -> node.budgets.endRate(ACME, RateKind.REQUESTS));
    }
  }

  @Test
  void manyGateways_ofWhichFewAreCalled_spendAllOfIt() {
    while (gates.nodes.size() < 12) {
      gates.join("more" + gates.nodes.size(), 1);
    }
    for (int called : List.of(1, 2, 7, 11)) {
      rate(1_000, 1_000);
      gates.run(Duration.ofSeconds(3));
      admitted = 0;

      offer(Duration.ofSeconds(5), 4_000, rates.subList(0, called));

      assertThat(admitted).as("%d are called", called).isCloseTo(6_000, THREE);
    }
  }

  @Test
  void belowTheRate_nobodyIsTurnedAway() {
    rate(1_000, 1_000);
    gates.run(Duration.ofSeconds(3));

    offer(Duration.ofSeconds(5), 900, rates);
    long spread = admitted;
    offer(Duration.ofSeconds(5), 900, rates.subList(1, 2));

    assertThat(spread).isEqualTo(4_500);
    assertThat(admitted - spread).isEqualTo(4_500);
  }

  @Test
  void burstAtOneGateway_isLetInWithinAFewRounds() {
    rate(10, 1_000);
    gates.run(Duration.ofSeconds(101));

    offer(Duration.ofMillis(20), 100_000, rates.subList(0, 1));
    assertThat(admitted).isEqualTo(333);
    offer(Duration.ofMillis(500), 100_000, rates.subList(0, 1));

    assertThat(admitted).isBetween(990L, 1_010L);
  }

  @Test
  void simultaneousBursts_spendTheBurstOnce() {
    rate(10, 1_000);
    gates.run(Duration.ofSeconds(101));

    offer(Duration.ofMillis(500), 100_000, rates);

    assertThat(admitted).isBetween(950L, 1_010L);
  }

  @Test
  void lostAndLateMessages_changeLittle() {
    gates.lose(20, 150);
    rate(1_000, 1_000);
    gates.run(Duration.ofSeconds(3));

    offer(Duration.ofSeconds(10), 4_000, rates);

    assertThat(admitted).isCloseTo(11_000, THREE);
  }

  @Test
  void apart_eachHoldsItsShare_andTogetherTheyHoldTheRateAgain() {
    rate(900, 900);
    gates.run(Duration.ofSeconds(3));
    gates.part();
    gates.run(Duration.ofSeconds(2));

    offer(Duration.ofSeconds(10), 4_000, rates.subList(0, 1));
    assertThat(admitted).isCloseTo(300 + 10 * 300, THREE);
    offer(Duration.ofSeconds(10), 4_000, rates);
    admitted = 0;
    offer(Duration.ofSeconds(10), 4_000, rates);
    assertThat(admitted).isCloseTo(10 * 900, THREE);

    gates.heal();
    gates.run(Duration.ofSeconds(1));
    admitted = 0;
    offer(Duration.ofSeconds(10), 4_000, rates.subList(2, 3));
    assertThat(admitted).isBetween(10 * 900L - 300, 11 * 900L);
  }

  @Test
  void killedGateway_leavesItsPartToTheOthers() {
    rate(900, 900);
    gates.run(Duration.ofSeconds(3));
    offer(Duration.ofSeconds(2), 4_000, rates);
    gates.kill(gates.nodes.getLast());
    admitted = 0;
    offer(Duration.ofSeconds(2), 4_000, rates.subList(0, 2));
    assertThat(admitted).isLessThanOrEqualTo(2 * 900);

    gates.lost(gates.join("n2", 1));
    gates.kill(gates.nodes.getLast());
    admitted = 0;
    offer(Duration.ofSeconds(5), 4_000, rates.subList(0, 2));

    assertThat(admitted).isCloseTo(5 * 900, THREE);
  }

  @Test
  void joiningGateway_bringsNoBurst() {
    rate(900, 900);
    offer(Duration.ofSeconds(5), 4_000, rates);
    admitted = 0;

    rates.add(
        gates.join("n3", 1).budgets.rate(ACME, RateKind.REQUESTS, RateLimit.perSecond(900, 900)));
    offer(Duration.ofSeconds(5), 4_000, rates);

    assertThat(admitted).isCloseTo(5 * 900, THREE);
  }

  /** As of a tenant that has the default alone: its budget is made when it is first called. */
  @Test
  void newBudget_letsTheFirstIn_andTogetherNoMoreThanASecondBrings() {
    for (long perSecond : List.of(1L, 2L, 90L)) {
      gates.run(Duration.ofSeconds(2));
      rate(perSecond, 1_000);
      assertThat(rates).allMatch(Rate::tryTake);
      assertThat(rates.stream().mapToLong(Rate::left).sum() + 3).isEqualTo(Math.max(3, perSecond));
      gates.nodes.forEach(node -> node.budgets.endRate(ACME, RateKind.REQUESTS));
    }
  }

  @Test
  void endedBudget_isForgotten() {
    rate(10, 10);
    gates.nodes.forEach(node -> node.budgets.places(ACME, 9));
    offer(Duration.ofSeconds(2), 100, rates);

    gates.nodes.forEach(node -> node.budgets.endRate(ACME, RateKind.REQUESTS));
    gates.nodes.forEach(node -> node.budgets.endPlaces(ACME));
    gates.run(Duration.ofSeconds(1));

    assertThat(gates.nodes).allMatch(node -> node.budgets.size() == 0);
  }

  @Test
  void restartOfAll_givesNoBurst() {
    rate(10, 1_000);
    gates.run(Duration.ofSeconds(101));
    offer(Duration.ofSeconds(2), 4_000, rates);
    List.copyOf(gates.nodes).forEach(gates::kill);
    for (String name : List.of("n0", "n1", "n2")) {
      gates.join(name, 2);
    }
    rate(10, 1_000);
    admitted = 0;

    offer(Duration.ofSeconds(10), 4_000, rates);

    assertThat(admitted).isBetween(95L, 102L);
  }

  @Test
  void changedRate_givesNoBurst_andHoldsFromTheNextRound() {
    rate(10, 10);
    gates.run(Duration.ofSeconds(2));
    offer(Duration.ofSeconds(2), 4_000, rates);
    admitted = 0;

    rate(100, 1_000);
    offer(Duration.ofSeconds(10), 4_000, rates);
    assertThat(admitted).isCloseTo(1_000, THREE);
    rate(10, 10);
    gates.run(ClusterBudgets.ROUND);
    admitted = 0;
    offer(Duration.ofSeconds(10), 4_000, rates);

    assertThat(admitted).isBetween(95L, 112L);
  }

  @Test
  void givenBack_isThereAgain() {
    rate(10, 10);
    gates.run(Duration.ofSeconds(2));
    Rate one = rates.getFirst();
    long before = one.left();

    assertThat(one.tryTake()).isTrue();
    one.giveBack();

    assertThat(one.left()).isEqualTo(before);
  }

  @Test
  void nonsenseFromAGateway_isBoundedAndForgotten() {
    rate(100, 100);
    gates.run(Duration.ofSeconds(2));
    Report.Draft lie = new Report.Draft(Report.OF_REQUESTS);
    lie.add(new Report.Spent("acme", Long.MAX_VALUE, Long.MAX_VALUE));
    lie.add(new Report.Spent("unknown", 1, 1));
    for (Gates.Node node : gates.nodes) {
      node.budgets.heard("n1", 1, lie.end());
      node.budgets.heard("n1", 1, new byte[] {1, 77});
      node.budgets.heard("n1", 9, lie.end());
      node.budgets.heard("nobody", 1, lie.end());
    }
    gates.run(Duration.ofSeconds(4)); // two bursts, and that one fills

    offer(Duration.ofSeconds(10), 1_000, rates.subList(0, 1));

    assertThat(admitted).isBetween(900L, 1_100L);
  }
}
