package dev.leat.tenants;

import static dev.leat.tenants.Platform.ACME;
import static dev.leat.tenants.Platform.OTHER;
import static dev.leat.tenants.Platform.done;
import static dev.leat.tenants.Platform.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Allowance;
import dev.leat.contract.Finding;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Grant;
import dev.leat.contract.Limits;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.Usage;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.TestDatabase;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class QuotasTest {
  private static final QuotaScope OF_ACME = new QuotaScope.OfTenant(ACME);
  private static final QuotaScope OF_OTHER = new QuotaScope.OfTenant(OTHER);
  private static final FunctionRef F = new FunctionRef(ACME, new FunctionName("f"));

  private final TestDatabase database = Platform.DATABASES.h2();
  private final ManualClock clock = new ManualClock();
  private final Platform platform = Platform.start(database, clock);
  private final Quotas quotas = platform.quotas;

  @BeforeEach
  void createTenant() {
    platform.held(platform.tenants.create(ACME));
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void set_someLimits_leavesTheOthers() {
    assertThat(done(quotas.show(OF_ACME)).limits()).isEmpty();
    platform.held(quotas.set(OF_ACME, Map.of("requests-per-second", 1_000L, "burst", 2_000L)));

    Map<String, Long> after =
        platform.held(quotas.set(OF_ACME, Map.of("concurrency", 5L, "burst", 1_500L))).limits();

    assertThat(after).containsExactlyEntriesOf(done(quotas.show(OF_ACME)).limits());
    assertThat(after)
        .isEqualTo(Map.of("burst", 1_500L, "concurrency", 5L, "requests-per-second", 1_000L));
  }

  @Test
  void set_unlimited_removesALimit() {
    platform.held(quotas.set(OF_ACME, Map.of("requests-per-second", 10L, "concurrency", 5L)));

    Map<String, Long> after =
        platform
            .held(quotas.set(OF_ACME, Map.of("requests-per-second", Quotas.UNLIMITED)))
            .limits();

    assertThat(after).isEqualTo(Map.of("concurrency", 5L));
  }

  @Test
  void set_holdsAtOnceAndAfterARestart() {
    platform.held(quotas.set(OF_ACME, Map.of("concurrency", 1L)));

    for (Platform node : new Platform[] {platform, Platform.start(database, clock)}) {
      assertThat(node.gate.admit(F)).isInstanceOf(Admission.Admitted.class);
      assertThat(node.gate.admit(F)).isInstanceOf(Admission.Rejected.class);
    }
    platform.held(quotas.set(OF_ACME, Map.of("concurrency", Quotas.UNLIMITED)));
    assertThat(platform.gate.admit(F)).isSameAs(Admission.Admitted.UNCOUNTED);
  }

  @Test
  void tenantSuspendedAndResumed_whatItUsedStaysUsed_andWhatRunsStillCounts() {
    platform.held(quotas.set(OF_ACME, Map.of("concurrency", 2L, "fuel-per-hour", 10L)));
    Admission.Admitted running = (Admission.Admitted) platform.gate.admit(F);
    for (int i = 0; i < 600; i++) {
      platform.gate.admitControl(ACME);
    }

    platform.held(platform.tenants.suspend(ACME));
    platform.held(platform.tenants.resume(ACME));

    assertThat(platform.gate.admitControl(ACME)).isNotNull();
    assertThat(platform.gate.admit(F)).isInstanceOf(Admission.Admitted.class);
    assertThat(platform.gate.admit(F)).as("two run").isInstanceOf(Admission.Rejected.class);
    running.release(new Usage(10, 0, 0, Usage.Acquire.RESET, 0, 0, 0, 0));
    platform.held(platform.tenants.suspend(ACME));
    platform.held(platform.tenants.resume(ACME));
    assertThat(platform.gate.admit(F)).as("the hour's fuel").isInstanceOf(Admission.Rejected.class);
  }

  @Test
  void tenantDeletedAndMadeAgain_beginsAnew_alsoOnANodeThatHearsOfBothTogether() {
    Platform there = Platform.start(database, clock);
    platform.held(quotas.set(new QuotaScope.EveryTenant(), Map.of("concurrency", 1L)));
    there.changes.catchUp();
    assertThat(there.gate.admit(F)).isInstanceOf(Admission.Admitted.class);
    assertThat(there.gate.admit(F)).isInstanceOf(Admission.Rejected.class);

    platform.held(platform.tenants.delete(ACME, true));
    platform.held(platform.tenants.create(ACME));
    there.changes.catchUp();

    assertThat(there.gate.admit(F)).isInstanceOf(Admission.Admitted.class);
  }

  @Test
  void default_isInTheAllowanceOfTenantsWithoutTheirOwn() {
    QuotaScope every = new QuotaScope.EveryTenant();
    platform.held(quotas.set(every, Map.of("modules", 7L, "functions", 8L, "concurrency", 1L)));
    platform.held(quotas.set(OF_ACME, Map.of("modules", 9L)));

    for (Platform node : new Platform[] {platform, Platform.start(database, clock)}) {
      assertThat(node.quotas.of(OTHER).modules()).isEqualTo(7);
      assertThat(node.quotas.of(ACME).modules()).isEqualTo(9);
      assertThat(node.quotas.of(ACME).functions()).isEqualTo(8);
      assertThat(node.gate.admit(F)).isInstanceOf(Admission.Admitted.class);
      assertThat(node.gate.admit(F)).isInstanceOf(Admission.Rejected.class);
    }
    platform.held(quotas.set(every, Map.of("modules", -1L, "functions", -1L, "concurrency", -1L)));
    assertThat(quotas.of(OTHER)).isEqualTo(Allowance.PLATFORM);
    assertThat(quotas.of(ACME).functions()).isEqualTo(Allowance.PLATFORM.functions());
  }

  @Test
  void set_ofAFunction_holdsThatFunction_andNoOther() {
    platform.held(quotas.set(new QuotaScope.OfFunction(F), Map.of("concurrency", 1L)));

    for (Platform node : new Platform[] {platform, Platform.start(database, clock)}) {
      assertThat(node.gate.admit(F)).isInstanceOf(Admission.Admitted.class);
      assertThat(node.gate.admit(F)).isInstanceOf(Admission.Rejected.class);
      assertThat(node.gate.admit(new FunctionRef(ACME, new FunctionName("g"))))
          .isSameAs(Admission.Admitted.UNCOUNTED);
    }
    assertThat(refused(quotas.set(new QuotaScope.OfFunction(F), Map.of("modules", 1L))).detail())
        .startsWith("modules limits a tenant, and no single function");
  }

  @Test
  void set_ofMoreFunctionsThanThereMayBe_isRefused() {
    Map<FunctionName, Map<String, Long>> limits = new HashMap<>();
    for (int i = 0; i < Allowance.FUNCTIONS_MAX; i++) {
      limits.put(new FunctionName("f" + i), Map.of("concurrency", 1L));
    }
    platform.gate.limit(ACME, new TenantLimits(Map.of(), limits));

    assertThat(
            refused(quotas.set(new QuotaScope.OfFunction(F), Map.of("concurrency", 1L))).detail())
        .isEqualTo(
            "Tenant 'acme' has quotas for 1000 functions, the most that may have any. Clear those of another: 'none' for each.");
    assertThat(
            done(quotas.set(
                    new QuotaScope.OfFunction(new FunctionRef(ACME, new FunctionName("f1"))),
                    Map.of("concurrency", 2L)))
                .limits())
        .hasSize(1);
  }

  @Test
  void allowance_isWhatIsSetOfIt_andThePlatformsElse() {
    assertThat(quotas.of(ACME)).isEqualTo(Allowance.PLATFORM);

    platform.held(
        quotas.set(
            OF_ACME,
            Map.of(
                "fuel-max", 7L,
                "memory-max-mb", 64L,
                "timeout-max-ms", 50L,
                "request-max-kb", 2L,
                "response-max-kb", 3L,
                "instances-max", 4L,
                "functions", 5L,
                "modules", 6L,
                "stored-bytes", 8L,
                "keys", 200_000L)));

    assertThat(quotas.of(ACME))
        .isEqualTo(
            new Allowance(
                    new Limits(7, 64 << 20, Duration.ofMillis(50), 2 << 10, 3 << 10), 4, 5, 6, 8)
                .withLimits(
                    new Limits(7, 64 << 20, Duration.ofMillis(50), 2 << 10, 3 << 10),
                    new Limits(7, 64 << 20, Duration.ofMillis(50), 2 << 10, 3 << 10))
                .withKeys(200_000, Allowance.KEY_VALUE_BYTES));
    assertThat(quotas.of(OTHER)).isEqualTo(Allowance.PLATFORM);
    assertThat(Platform.start(database, clock).quotas.of(ACME)).isEqualTo(quotas.of(ACME));

    platform.held(quotas.set(OF_ACME, Map.of("memory-max-mb", Quotas.UNLIMITED)));
    assertThat(quotas.of(ACME).limits().memoryBytes()).isEqualTo(Limits.MEMORY_BYTES_MAX);
  }

  @Test
  void defaults_ofFunctionLimits_areTheTenantsOwn_withinItsCeilings() {
    platform.held(
        quotas.set(
            OF_ACME,
            Map.of("memory-default-mb", 8L, "timeout-default-ms", 70L, "fuel-default", 9L)));

    Limits standard = Limits.DEFAULT;
    assertThat(quotas.of(ACME).defaults())
        .isEqualTo(
            new Limits(
                9,
                8 << 20,
                Duration.ofMillis(70),
                standard.requestBytes(),
                standard.responseBytes()));
    assertThat(quotas.of(ACME).limits()).isEqualTo(Allowance.PLATFORM.limits());

    platform.held(
        quotas.set(
            new QuotaScope.EveryTenant(), Map.of("timeout-max-ms", 60L, "memory-max-mb", 16L)));
    assertThat(quotas.of(ACME).defaults().timeout()).isEqualTo(Duration.ofMillis(60));
    assertThat(quotas.of(OTHER).defaults().memoryBytes()).isEqualTo(16 << 20);
  }

  @Test
  void set_aDefaultAboveItsCeiling_isRefused_whicheverIsChanged() {
    platform.held(quotas.set(OF_ACME, Map.of("memory-max-mb", 32L)));

    assertThat(refused(quotas.set(OF_ACME, Map.of("memory-default-mb", 33L))).detail())
        .contains("memory-default-mb must be at most memory-max-mb, which is 32; was 33.");
    platform.held(quotas.set(OF_ACME, Map.of("memory-default-mb", 32L)));
    assertThat(refused(quotas.set(OF_ACME, Map.of("memory-max-mb", 31L))).code())
        .isEqualTo(ProblemCode.INVALID_REQUEST);
    platform.held(quotas.set(OF_ACME, Map.of("memory-max-mb", 31L, "memory-default-mb", 31L)));
    platform.held(quotas.set(OF_ACME, Map.of("memory-max-mb", Quotas.UNLIMITED)));
  }

  @Test
  void powers_thatATenantMayGrant_areInItsAllowance() {
    assertThat(quotas.of(ACME).grants()).isEqualTo(Grant.WORDS);
    platform.held(quotas.setPowers(ACME, AllowedPowers.only(Set.of("logging"))));
    platform.held(quotas.set(OF_ACME, Map.of("functions", 5L)));

    assertThat(quotas.of(ACME).grants()).containsExactly("logging");
    assertThat(quotas.of(ACME).functions()).isEqualTo(5);
    assertThat(Platform.start(database, clock).quotas.of(ACME)).isEqualTo(quotas.of(ACME));
    assertThat(refused(quotas.setPowers(ACME, AllowedPowers.only(Set.of("loging")))).detail())
        .isEqualTo("There is no power 'loging'");
    assertThat(refused(quotas.setPowers(OTHER, AllowedPowers.ALL)).code())
        .isEqualTo(ProblemCode.NOT_FOUND);

    platform.held(quotas.setPowers(ACME, AllowedPowers.ALL));
    platform.held(quotas.set(OF_ACME, Map.of("functions", Quotas.UNLIMITED)));
    assertThat(quotas.of(ACME)).isEqualTo(Allowance.PLATFORM);
  }

  @ParameterizedTest
  @CsvSource({
    "request-per-second, requests-per-second",
    "brust, burst",
    "Concurrency, concurrency",
    "outbound-per-second, outbound-per-hour",
  })
  void set_unknownQuota_isRefusedWithTheNearestName(String name, String nearest) {
    assertThat(refused(quotas.set(OF_ACME, Map.of(name, 5L))).detail())
        .isEqualTo("There is no quota '" + name + "'; did you mean " + nearest + "?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "foo", "cpu"})
  void set_quotaThatIsNothingLikeOne_isRefusedWithAllNames(String name) {
    assertThat(refused(quotas.set(OF_ACME, Map.of(name, 5L))).detail())
        .startsWith(
            "There is no quota '" + name + "'; the quotas are requests-per-second, burst, conc");
  }

  @Test
  void set_endlessName_isRefusedBriefly() {
    Problem problem = refused(quotas.set(OF_ACME, Map.of("x".repeat(1_000_000), 5L)));

    assertThat(problem.detail()).hasSizeLessThan(600);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -2, Long.MIN_VALUE, 1_000_001, Long.MAX_VALUE})
  void set_limitOutOfRange_isRefused(long limit) {
    assertThat(refused(quotas.set(OF_ACME, Map.of("concurrency", limit))).detail())
        .isEqualTo("concurrency must be 1-1000000, or -1 for no limit; was " + limit + ".");
  }

  @Test
  void set_burstAlone_isRefused() {
    assertThat(refused(quotas.set(OF_ACME, Map.of("burst", 5L))).detail())
        .contains("without requests-per-second");

    platform.held(quotas.set(OF_ACME, Map.of("requests-per-second", 5L, "burst", 5L)));
    assertThat(refused(quotas.set(OF_ACME, Map.of("requests-per-second", -1L))).detail())
        .contains("without requests-per-second");
    assertThat(
            platform
                .held(quotas.set(OF_ACME, Map.of("requests-per-second", -1L, "burst", -1L)))
                .limits())
        .isEmpty();
  }

  @Test
  void set_severalMistakes_areAllFoundAndNothingIsChanged() {
    Problem problem =
        refused(
            quotas.set(
                OF_ACME, Map.of("concurrency", 0L, "modules", 10_001L, "requests-per-second", 5L)));

    assertThat(problem.detail()).isEqualTo("The quota change has 2 problems");
    assertThat(problem.findings())
        .extracting(Finding::at)
        .containsExactly("concurrency", "modules");
    assertThat(done(quotas.show(OF_ACME)).limits()).isEmpty();
  }

  @Test
  void setAndShow_unknownTenant_areRefused() {
    assertThat(refused(quotas.show(OF_OTHER)).code()).isEqualTo(ProblemCode.NOT_FOUND);
    assertThat(refused(quotas.set(OF_OTHER, Map.of("concurrency", 1L))).code())
        .isEqualTo(ProblemCode.NOT_FOUND);
  }
}
