package dev.leat.tenants;

import static dev.leat.tenants.Platform.ACME;
import static dev.leat.tenants.Platform.OTHER;
import static dev.leat.tenants.Platform.done;
import static dev.leat.tenants.Platform.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import dev.leat.tenants.jdbi.JdbiTenantStore;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.TestDatabase;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TenantsTest {
  private final TestDatabase database = Platform.DATABASES.h2();
  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00.123Z"));
  private final Platform platform = Platform.start(database, clock);
  private final Tenants tenants = platform.tenants;

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void create_newName_existsAlsoAfterARestart() {
    Tenant created = platform.held(tenants.create(ACME));

    assertThat(created)
        .isEqualTo(
            new Tenant(ACME, Instant.parse("2026-01-01T00:00:00.123Z"), Tenant.State.ACTIVE));
    assertThat(tenants.exists(ACME)).isTrue();
    assertThat(tenants.exists(OTHER)).isFalse();
    assertThat(done(tenants.show(ACME))).isEqualTo(created);
    assertThat(done(Platform.start(database, clock).tenants.show(ACME))).isEqualTo(created);
  }

  @Test
  void create_takenName_isAConflict() {
    platform.held(tenants.create(ACME));

    assertThat(refused(tenants.create(ACME)).code()).isEqualTo(ProblemCode.CONFLICT);
    assertThat(refused(tenants.create(ACME)).detail())
        .isEqualTo("Tenant 'acme' exists already. Choose another name.");
  }

  @Test
  void create_beyondTheMost_isRefused() {
    database.execute("UPDATE tenant_count SET total = " + Tenants.TENANTS_MAX);

    assertThat(refused(tenants.create(ACME)).detail()).contains("100000");

    database.execute("UPDATE tenant_count SET total = total - 1");
    done(tenants.create(ACME));
    assertThat(refused(tenants.create(OTHER)).code()).isEqualTo(ProblemCode.CONFLICT);
    done(tenants.delete(ACME, false));
    done(tenants.create(OTHER));
  }

  @Test
  void createAndDelete_onAnotherNode_areTakenOver() {
    Platform there = Platform.start(database, clock);
    Tenant created = done(there.tenants.create(ACME));
    assertThat(refused(tenants.create(ACME)).code()).isEqualTo(ProblemCode.CONFLICT);

    platform.changes.catchUp();
    assertThat(done(tenants.show(ACME))).isEqualTo(created);

    done(there.tenants.delete(ACME, false));
    platform.changes.catchUp();
    assertThat(tenants.exists(ACME)).isFalse();
  }

  @Test
  void createAndDelete_forgetWhatIsInOtherRooms_butNotOfATenantThatIsThere() {
    done(tenants.create(ACME));
    assertThat(platform.forgotten).containsExactly(ACME);

    refused(tenants.create(ACME));
    assertThat(platform.forgotten).hasSize(1);

    done(tenants.delete(ACME, false));
    assertThat(platform.forgotten).hasSize(3);
  }

  @Test
  void delete_withFunctions_isRefusedUnlessForced() {
    done(tenants.create(ACME));
    platform.functions = 1;
    assertThat(refused(tenants.delete(ACME, false)))
        .isEqualTo(
            Problem.of(
                ProblemCode.CONFLICT,
                "Tenant 'acme' has 1 function. Delete it first, or force it."));
    platform.functions = 7;
    assertThat(refused(tenants.delete(ACME, false)).detail()).contains("7 functions", "them");
    assertThat(platform.forgotten).hasSize(1);

    assertThat(platform.closed).isEmpty();

    platform.turn = tenant -> assertThat(platform.closed).containsExactly(tenant);
    done(tenants.delete(ACME, true));
    assertThat(platform.closed).as("for the next of that name").isEmpty();
  }

  /** Else who has much would hold up everybody, and lose the turn when it took too long. */
  @Test
  void delete_ofMuch_isDoneInManyTurns() {
    CountedTurns store = new CountedTurns(new JdbiTenantStore(database.dataSource()));
    Tenants many = new Tenants(store, platform, clock);
    done(many.create(ACME));
    platform.forgotten.clear();
    platform.turns = 3;

    done(many.delete(ACME, false));

    assertThat(store.turns).as("and one to create it").isEqualTo(5);
    assertThat(platform.forgotten).as("the last is done again").hasSize(5);
  }

  @Test
  void delete_byTwoAtOnce_sparesTheNextTenantOfTheName() {
    CountedTurns store = new CountedTurns(new JdbiTenantStore(database.dataSource()));
    Tenants slow = new Tenants(store, platform, clock);
    done(slow.create(ACME));
    platform.turns = 1;
    store.between =
        () -> {
          store.between = () -> {};
          done(tenants.delete(ACME, false));
          clock.advance(Duration.ofMillis(1));
          done(tenants.create(ACME));
          platform.forgotten.clear();
        };

    assertThat(refused(slow.delete(ACME, false)).code()).isEqualTo(ProblemCode.NOT_FOUND);

    assertThat(platform.forgotten).isEmpty();
    platform.changes.catchUp();
    assertThat(tenants.exists(ACME)).isTrue();
  }

  /** Says how often something was done alone, and what happens after each time. */
  private static final class CountedTurns implements TenantStore {
    private final TenantStore store;
    private int turns;
    private Runnable between = () -> {};

    CountedTurns(TenantStore store) {
      this.store = store;
    }

    @Override
    public <T> T alone(Supplier<T> work) {
      turns++;
      T result = store.alone(work);
      if (turns > 1) {
        between.run();
      }
      return result;
    }

    @Override
    public Added add(Tenant tenant, int max) {
      return store.add(tenant, max);
    }

    @Override
    public Optional<Tenant> find(TenantId tenant) {
      return store.find(tenant);
    }

    @Override
    public List<Tenant> all() {
      return store.all();
    }

    @Override
    public Optional<Tenant> change(TenantId tenant, Tenant.State state) {
      return store.change(tenant, state);
    }

    @Override
    public Optional<Tenant> delete(TenantId tenant) {
      return store.delete(tenant);
    }
  }

  @Test
  void suspend_holdsOnEveryNodeUntilResumed() {
    Platform there = Platform.start(database, clock);
    platform.held(tenants.create(ACME));
    assertThat(tenants.isSuspended(ACME)).isFalse();

    Tenant suspended = platform.held(tenants.suspend(ACME));

    assertThat(suspended.state()).isEqualTo(Tenant.State.SUSPENDED);
    assertThat(platform.held(tenants.suspend(ACME))).as("again").isEqualTo(suspended);
    there.changes.catchUp();
    for (Platform node : List.of(platform, there, Platform.start(database, clock))) {
      assertThat(node.tenants.isSuspended(ACME)).isTrue();
      assertThat(done(node.tenants.show(ACME))).isEqualTo(suspended);
    }

    assertThat(done(there.tenants.resume(ACME)).state()).isEqualTo(Tenant.State.ACTIVE);
    platform.changes.catchUp();
    assertThat(tenants.isSuspended(ACME)).isFalse();
    there.changes.load();
    assertThat(there.tenants.isSuspended(ACME)).isFalse();
  }

  @Test
  void suspend_thenDelete_isNotHandedToTheNextOfTheName() {
    platform.held(tenants.create(ACME));
    platform.held(tenants.suspend(ACME));
    platform.held(tenants.delete(ACME, false));
    assertThat(tenants.isSuspended(ACME)).isFalse();

    platform.held(tenants.create(ACME));
    assertThat(tenants.isSuspended(ACME)).isFalse();
  }

  @Test
  void list_pageByPage_givesAllInTheOrderOfTheirNames() {
    for (String name : List.of("b", "a-b", "ab", "a0", "a")) {
      platform.held(tenants.create(new TenantId(name)));
    }

    List<String> first = names(done(tenants.list(3, Optional.empty())));
    List<String> second = names(done(tenants.list(3, Optional.of(new TenantId("a0")))));

    assertThat(first).containsExactly("a", "a-b", "a0");
    assertThat(second).containsExactly("ab", "b");
    assertThat(done(tenants.list(3, Optional.of(new TenantId("zzz"))))).isEmpty();
  }

  /** What so many cost in memory and at a start is measured: docs/BENCHMARKS.md. */
  @Test
  void tenThousand_areThereAfterAStart_onPages_eachWithItsQuota() {
    database.execute(
        """
        INSERT INTO tenants (id, created_at)
        SELECT 't' || n, CURRENT_TIMESTAMP FROM SYSTEM_RANGE(1, 10000) AS numbers(n)
        """);
    database.execute(
        "INSERT INTO quotas SELECT 't' || n, 'concurrency', n FROM SYSTEM_RANGE(1, 10000) AS numbers(n)");

    Platform restarted = Platform.start(database, clock);

    Set<String> met = new HashSet<>();
    Optional<TenantId> after = Optional.empty();
    List<String> page = names(done(restarted.tenants.list(1_000, after)));
    while (!page.isEmpty()) {
      assertThat(met).doesNotContainAnyElementsOf(page);
      met.addAll(page);
      after = Optional.of(new TenantId(page.getLast()));
      page = names(done(restarted.tenants.list(1_000, after)));
    }
    assertThat(met).hasSize(10_000);
    for (int i : new int[] {1, 5_000, 10_000}) {
      TenantId tenant = new TenantId("t" + i);
      assertThat(restarted.tenants.exists(tenant)).isTrue();
      assertThat(restarted.quotas.standing(new QuotaScope.OfTenant(tenant)))
          .extracting(QuotaStanding::limit)
          .containsExactly((long) i);
    }
  }

  @Test
  void list_limitOutOfRange_isRefused() {
    assertThat(refused(tenants.list(0, Optional.empty())).detail())
        .isEqualTo("limit must be 1-1000, was 0");
    assertThat(refused(tenants.list(1_001, Optional.empty())).code())
        .isEqualTo(ProblemCode.INVALID_REQUEST);
  }

  @Test
  void delete_takesTokensAndQuotasWithIt() {
    Tenant created = platform.held(tenants.create(ACME));
    platform.issue(ACME, Role.DEVELOPER);
    platform.held(platform.quotas.set(new QuotaScope.OfTenant(ACME), Map.of("concurrency", 1L)));

    assertThat(platform.held(tenants.delete(ACME, false))).isEqualTo(created);

    assertThat(tenants.exists(ACME)).isFalse();
    assertThat(tenants.createdAt(ACME)).isEmpty();
    platform.held(tenants.create(ACME));
    assertThat(platform.forgottenLater).containsExactly(created);
    assertThat(platform.tokensOf(Optional.of(ACME))).isEmpty();
    assertThat(done(platform.quotas.show(new QuotaScope.OfTenant(ACME))).limits()).isEmpty();
    assertThat(platform.gate.admit(new FunctionRef(ACME, new FunctionName("f"))))
        .isSameAs(Admission.Admitted.UNCOUNTED);
  }

  @Test
  void unknownName_isRefused() {
    assertThat(refused(tenants.delete(ACME, false)).detail())
        .isEqualTo("There is no tenant 'acme'.");
    assertThat(refused(tenants.suspend(ACME)).code()).isEqualTo(ProblemCode.NOT_FOUND);
    assertThat(refused(tenants.resume(ACME)).code()).isEqualTo(ProblemCode.NOT_FOUND);
    assertThat(refused(tenants.show(ACME)).code()).isEqualTo(ProblemCode.NOT_FOUND);
  }

  @Test
  void delete_cutShort_leavesTheNameTaken() {
    AtomicBoolean isAway = new AtomicBoolean();
    Tenants cutShort =
        new Tenants(
            new JdbiTenantStore(database.dataSource()),
            new TenantBelongings() {
              @Override
              public int close(TenantId tenant, boolean isForced) {
                return 0;
              }

              @Override
              public boolean forgetSome(TenantId tenant) {
                if (isAway.get()) {
                  throw new StoreFailure("Forgetting", true, new IOException("away"));
                }
                return false;
              }

              @Override
              public void forgetLater(Tenant tenant) {}

              @Override
              public void open(TenantId tenant) {}
            },
            clock);
    done(cutShort.create(ACME));
    isAway.set(true);

    assertThatThrownBy(() -> cutShort.delete(ACME, false)).isInstanceOf(StoreFailure.class);

    assertThat(refused(cutShort.create(ACME)).code()).isEqualTo(ProblemCode.CONFLICT);
  }

  private static List<String> names(List<Tenant> tenants) {
    return tenants.stream().map(tenant -> tenant.id().value()).toList();
  }
}
