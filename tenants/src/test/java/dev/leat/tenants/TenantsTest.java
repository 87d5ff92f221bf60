package dev.leat.tenants;

import static dev.leat.tenants.Platform.ACME;
import static dev.leat.tenants.Platform.OTHER;
import static dev.leat.tenants.Platform.done;
import static dev.leat.tenants.Platform.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.TestDatabase;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TenantsTest {
  private final TestDatabase database = TestDatabase.h2();
  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00.123Z"));
  private final Platform platform = Platform.start(database, clock);
  private final Tenants tenants = platform.tenants;

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void create_newName_existsAlsoAfterARestart() {
    Tenant created = done(tenants.create(ACME));

    assertThat(created).isEqualTo(new Tenant(ACME, Instant.parse("2026-01-01T00:00:00.123Z")));
    assertThat(tenants.exists(ACME)).isTrue();
    assertThat(tenants.exists(OTHER)).isFalse();
    assertThat(done(tenants.show(ACME))).isEqualTo(created);
    assertThat(done(Platform.start(database, clock).tenants.show(ACME))).isEqualTo(created);
  }

  @Test
  void create_takenName_isAConflict() {
    done(tenants.create(ACME));

    assertThat(refused(tenants.create(ACME)).code()).isEqualTo(ProblemCode.CONFLICT);
    assertThat(refused(tenants.create(ACME)).detail())
        .isEqualTo("Tenant 'acme' exists already. Choose another name.");
  }

  @Test
  void create_beyondTheMost_isRefused() {
    List<Tenant> all =
        IntStream.range(0, Tenants.TENANTS_MAX)
            .mapToObj(i -> new Tenant(new TenantId("t" + i), Instant.EPOCH))
            .toList();
    Tenants full = new Tenants(new FixedTenantStore(all), platform.tokens, platform.quotas, clock);
    full.start();

    assertThat(refused(full.create(ACME)).detail()).contains("100000");
  }

  @Test
  void list_pageByPage_givesAllInTheOrderOfTheirNames() {
    for (String name : List.of("b", "a-b", "ab", "a0", "a")) {
      done(tenants.create(new TenantId(name)));
    }

    List<String> first = names(done(tenants.list(3, Optional.empty())));
    List<String> second = names(done(tenants.list(3, Optional.of(new TenantId("a0")))));

    assertThat(first).containsExactly("a", "a-b", "a0");
    assertThat(second).containsExactly("ab", "b");
    assertThat(done(tenants.list(3, Optional.of(new TenantId("zzz"))))).isEmpty();
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
    Tenant created = done(tenants.create(ACME));
    platform.issue(ACME, Role.DEVELOPER);
    done(platform.quotas.set(ACME, Map.of("concurrency", 1L)));

    assertThat(done(tenants.delete(ACME))).isEqualTo(created);

    assertThat(tenants.exists(ACME)).isFalse();
    done(tenants.create(ACME));
    assertThat(done(platform.tokens.list(Optional.of(ACME)))).isEmpty();
    assertThat(done(platform.quotas.show(ACME))).isEmpty();
    assertThat(platform.gate.admit(ACME)).isSameAs(Admission.Admitted.UNCOUNTED);
  }

  @Test
  void deleteAndShow_unknownName_areRefused() {
    assertThat(refused(tenants.delete(ACME)).detail()).isEqualTo("There is no tenant 'acme'.");
    assertThat(refused(tenants.show(ACME)).code()).isEqualTo(ProblemCode.NOT_FOUND);
  }

  @Test
  void delete_cutShort_leavesTheNameTakenUntilItsTokensAreDead() {
    FixedTenantStore store = new FixedTenantStore(List.of(new Tenant(ACME, Instant.EPOCH)));
    Tenants cutShort = new Tenants(store, platform.tokens, platform.quotas, clock);
    cutShort.start();
    database.close();

    assertThatThrownBy(() -> cutShort.delete(ACME)).isInstanceOf(StoreFailure.class);

    assertThat(refused(cutShort.create(ACME)).code()).isEqualTo(ProblemCode.CONFLICT);
  }

  private static List<String> names(List<Tenant> tenants) {
    return tenants.stream().map(tenant -> tenant.id().value()).toList();
  }

  /** Holds what it is given and accepts whatever else. */
  private record FixedTenantStore(List<Tenant> all) implements TenantStore {
    @Override
    public boolean add(Tenant tenant) {
      return true;
    }

    @Override
    public void delete(TenantId tenant) {}
  }
}
