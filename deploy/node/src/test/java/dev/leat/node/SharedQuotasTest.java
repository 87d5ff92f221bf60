package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.cluster.ClusterConfig;
import dev.leat.cluster.ClusterRefused;
import dev.leat.cluster.Member;
import dev.leat.cluster.MemberHints;
import dev.leat.cluster.Members;
import dev.leat.cluster.hazelcast.HazelcastMember;
import dev.leat.cluster.trust.ClusterAuthority;
import dev.leat.cluster.trust.Seals;
import dev.leat.contract.MemberState;
import dev.leat.contract.NodeRole;
import dev.leat.contract.TenantId;
import dev.leat.tenants.Places;
import dev.leat.tenants.QuotaScope;
import dev.leat.tenants.Rate;
import dev.leat.tenants.RateKind;
import dev.leat.tenants.RateLimit;
import dev.leat.tenants.budget.ClusterBudgets;
import dev.leat.testkit.Eventually;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Three gateways with real Hazelcast members hold one quota, by the real clock. What needs no
 * Hazelcast is tested beside the budgets, by a clock that is told.
 */
final class SharedQuotasTest {
  private static final QuotaScope ACME = new QuotaScope.OfTenant(new TenantId("acme"));
  private static final QuotaScope PROBE = new QuotaScope.OfTenant(new TenantId("probe"));
  private static final int PER_SECOND = 2_000;

  private final ClusterConfig config =
      new ClusterConfig(
          "test-" + UUID.randomUUID(), 0, Duration.ZERO, ClusterConfig.DEFAULT.kubernetes());
  private final ClusterAuthority authority =
      ClusterAuthority.of(candidate -> candidate, InstantSource.system());
  private final Map<String, Member> directory = new ConcurrentSkipListMap<>();
  private final List<Node> nodes = new ArrayList<>();

  @BeforeEach
  void start() throws ClusterRefused {
    for (String name : List.of("a", "b", "c")) {
      nodes.add(new Node(name));
    }
    for (Node node : nodes) {
      node.start();
    }
  }

  @AfterEach
  void close() {
    nodes.forEach(Node::close);
  }

  @Test
  void fourTimesTheRate_isHeldWithinThreePercent_andByShareWithoutHazelcast() {
    List<Rate> rates =
        nodes.stream()
            .map(node ->
                node.budgets.rate(
                    ACME, RateKind.REQUESTS, RateLimit.perSecond(PER_SECOND, PER_SECOND)))
            .toList();
    hearEachOther();
    Eventually.holds(
        "the burst is there", () -> rates.stream().mapToLong(Rate::left).sum() >= PER_SECOND - 3);

    Duration time = Duration.ofSeconds(2);
    assertThat(admitted(rates, time))
        .isCloseTo(PER_SECOND + PER_SECOND * time.toSeconds(), Percentage.withPercentage(3));

    nodes.forEach(node -> node.hazelcast.close());
    admitted(rates, Duration.ofMillis(1_300));
    assertThat(admitted(rates.subList(0, 1), time))
        .isLessThanOrEqualTo(PER_SECOND / 3 * (time.toSeconds() + 1))
        .isGreaterThanOrEqualTo(PER_SECOND / 3 * (time.toSeconds() - 1));
  }

  @Test
  void placesThatOneNeeds_areLentByTheOthers_andItsShareIsTheirsWhenItIsLost() {
    List<Places> places = nodes.stream().map(node -> node.budgets.places(ACME, 30)).toList();
    hearEachOther();

    int[] entered = new int[2];
    Eventually.holds(
        "it has all but one of each", () -> (entered[0] += enter(places.get(0))) == 28);
    assertThat(places).extracting(Places::left).containsExactly(0L, 1L, 1L);

    nodes.get(0).close();
    directory.remove("a");
    Eventually.holds(
        "the others have them again", () -> (entered[1] += enter(places.get(1))) == 29);
  }

  private static int enter(Places places) {
    int entered = 0;
    while (places.enter()) {
      entered++;
    }
    return entered;
  }

  /** Places are lent only by who is heard. */
  private void hearEachOther() {
    for (Node node : nodes) {
      nodes.forEach(each -> each.budgets.places(PROBE, 6));
      Places places = node.budgets.places(PROBE, 6);
      int[] entered = new int[1];
      Eventually.holds(
          node.name + " borrows one of each other", () -> (entered[0] += enter(places)) == 4);
      nodes.forEach(each -> each.budgets.endPlaces(PROBE));
    }
  }

  /** Offers four times the rate, each time to the next. */
  private static long admitted(List<Rate> rates, Duration time) {
    long begun = System.nanoTime();
    long admitted = 0;
    long offered = 0;
    while (System.nanoTime() - begun < time.toNanos()) {
      long due = (System.nanoTime() - begun) * 4 * PER_SECOND / 1_000_000_000;
      for (; offered < due; offered++) {
        admitted += rates.get((int) (offered % rates.size())).tryTake() ? 1 : 0;
      }
      LockSupport.parkNanos(1_000_000);
    }
    return admitted;
  }

  private final class Node implements Members, MemberHints, AutoCloseable {
    final String name;
    final HazelcastMember hazelcast = new HazelcastMember(config);
    final ClusterBudgets budgets;

    Node(String name) {
      this.name = name;
      directory.put(name, member(name));
      budgets = new ClusterBudgets(new MemberGateways(this), hazelcast::say, System::nanoTime);
    }

    void start() throws ClusterRefused {
      hazelcast.hear(new Seals(authority, this), budgets::heard);
      hazelcast.start(
          this,
          this,
          () -> {},
          port -> directory.compute(name, (key, row) -> self().withMemberPort(port)));
      Eventually.holds("it listens", () -> self().memberPort() != 0);
      budgets.start();
    }

    @Override
    public Member self() {
      return directory.getOrDefault(name, member(name));
    }

    @Override
    public List<Member> all() {
      return List.copyOf(directory.values());
    }

    @Override
    public void onChange(Consumer<List<Member>> listener) {
      throw new UnsupportedOperationException("Nobody listens");
    }

    @Override
    public void left(String node, long incarnation) {
      // the test says who is lost
    }

    @Override
    public void heard(String node, long incarnation) {
      // and who is there
    }

    @Override
    public void close() {
      budgets.close();
      hazelcast.close();
    }
  }

  private static Member member(String name) {
    return new Member(
        name,
        7,
        Set.of(NodeRole.GATEWAY),
        "http://127.0.0.1:8080",
        "127.0.0.1",
        7_000,
        0,
        "0.1.0",
        MemberState.READY,
        Duration.ZERO);
  }
}
