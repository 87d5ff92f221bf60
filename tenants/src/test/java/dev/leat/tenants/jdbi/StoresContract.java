package dev.leat.tenants.jdbi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.audit.jdbi.AuditSchema;
import dev.leat.contract.AddressRange;
import dev.leat.contract.Answer;
import dev.leat.contract.Change;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.store.Database;
import dev.leat.store.StoreFailure;
import dev.leat.store.StoreSchema;
import dev.leat.tenants.AllowedPowers;
import dev.leat.tenants.FunctionScope;
import dev.leat.tenants.Issuer;
import dev.leat.tenants.Issuer.RoleRule;
import dev.leat.tenants.IssuerStore;
import dev.leat.tenants.PowerStore;
import dev.leat.tenants.QuotaScope;
import dev.leat.tenants.QuotaStore;
import dev.leat.tenants.Role;
import dev.leat.tenants.SigningKeyStore;
import dev.leat.tenants.SigningKeyStore.KeyPair;
import dev.leat.tenants.SigningKeyStore.Keys;
import dev.leat.tenants.SigningKeyStore.Retired;
import dev.leat.tenants.Tenant;
import dev.leat.tenants.TenantLimits;
import dev.leat.tenants.TenantStore;
import dev.leat.tenants.Token;
import dev.leat.tenants.TokenPosition;
import dev.leat.tenants.TokenStore;
import dev.leat.tenants.TokenStore.Added;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** The numbered laws of the four stores, which every database must keep. */
abstract class StoresContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static final Added KEPT = new Added.Kept("first");

  static final MigratedDatabases DATABASES =
      new MigratedDatabases(StoreSchema::migrate, AuditSchema::migrate, TenantsSchema::migrate);

  private final TestDatabase database;
  private final TenantStore tenants;
  private final TokenStore tokens;
  private final QuotaStore quotas;
  private final PowerStore powers;
  private final SigningKeyStore keys;
  private final IssuerStore issuers;

  StoresContract(TestDatabase database) {
    this.database = database;
    this.tenants = new JdbiTenantStore(database.dataSource());
    this.tokens = new JdbiTokenStore(database.dataSource());
    this.quotas = new JdbiQuotaStore(database.dataSource());
    this.powers = new JdbiPowerStore(database.dataSource());
    this.keys = new JdbiSigningKeyStore(database.dataSource());
    this.issuers = new JdbiIssuerStore(database.dataSource());
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void tenants_law1_addedOnce() {
    assertThat(add(new Tenant(ACME, NOW, Tenant.State.ACTIVE))).isEqualTo(TenantStore.Added.ADDED);
    assertThat(add(new Tenant(ACME, NOW.plusSeconds(1), Tenant.State.ACTIVE)))
        .isEqualTo(TenantStore.Added.TAKEN);
    assertThat(tenants.all()).containsExactly(new Tenant(ACME, NOW, Tenant.State.ACTIVE));
  }

  @Test
  void tenants_law1_addedOnceByManyAtOnce() {
    List<TenantStore.Added> added =
        atOnce(4, i -> () -> add(new Tenant(ACME, NOW.plusSeconds(i), Tenant.State.ACTIVE)));

    assertThat(added).containsOnlyOnce(TenantStore.Added.ADDED);
  }

  @Test
  void tenants_law1_neverMoreThanTheMostByManyAtOnce() {
    List<TenantStore.Added> added =
        atOnce(
            6,
            i -> () -> tenants.add(new Tenant(new TenantId("t" + i), NOW, Tenant.State.ACTIVE), 3));

    assertThat(added.stream().filter(TenantStore.Added.ADDED::equals)).hasSize(3);
    assertThat(tenants.all()).hasSize(3);
    tenants.delete(tenants.all().getFirst().id());
    assertThat(tenants.add(new Tenant(ACME, NOW, Tenant.State.ACTIVE), 3))
        .isEqualTo(TenantStore.Added.ADDED);
    assertThat(tenants.add(new Tenant(OTHER, NOW, Tenant.State.ACTIVE), 3))
        .isEqualTo(TenantStore.Added.FULL);
    assertThat(tenants.find(OTHER)).isEmpty();
  }

  @Test
  void tenants_law5_oneAtATimeOnAllNodes() {
    JdbiTenantStore there = new JdbiTenantStore(database.dataSource());
    AtomicInteger inside = new AtomicInteger();

    List<Integer> most =
        atOnce(6, i -> () -> (i % 2 == 0 ? tenants : there).alone(() -> most(inside)));

    assertThat(most).containsOnly(1);
  }

  /** Does what others could meet, and says how many were there. */
  private int most(AtomicInteger inside) {
    int there = inside.incrementAndGet();
    tenants.all();
    inside.decrementAndGet();
    return there;
  }

  @Test
  void changes_areAnnouncedOnceWithWhatWasChanged() {
    Announced announced = new Announced(database.dataSource());
    addTenants();
    add(new Tenant(ACME, NOW, Tenant.State.ACTIVE));
    tokens.add(token("mine", ACME), 10);
    tokens.revoke(Optional.of(ACME), "mine");
    tokens.revoke(Optional.of(ACME), "mine");
    tokens.revoke(Optional.of(ACME), "absent");
    change(ACME, Map.of("burst", 1L), Set.of());
    change(ACME, Map.of("burst", 1L), Set.of());
    quotas.change(
        new QuotaScope.OfTenant(ACME), before -> Answer.refused(ProblemCode.INVALID_REQUEST, "no"));
    change(new TenantId("absent"), Map.of("burst", 1L), Set.of());
    rotate(keyPair("second"), NOW.plusSeconds(5));
    rotate(keyPair("third"), NOW.plusSeconds(5), 0);
    tenants.change(ACME, Tenant.State.SUSPENDED);
    tenants.change(ACME, Tenant.State.SUSPENDED);
    tenants.change(new TenantId("absent"), Tenant.State.SUSPENDED);
    tenants.delete(ACME);
    tenants.delete(ACME);

    assertThat(announced.changes())
        .containsExactly(
            new Change.SigningKeyChanged(),
            new Change.TenantChanged(ACME),
            new Change.TenantChanged(OTHER),
            new Change.TokenRevoked("mine"),
            new Change.QuotaChanged(ACME),
            new Change.SigningKeyChanged(),
            new Change.TenantChanged(ACME),
            new Change.TokensRevoked(ACME),
            new Change.TenantChanged(ACME));
  }

  @Test
  void tenants_law7_changedFromStateToState() {
    add(new Tenant(ACME, NOW, Tenant.State.ACTIVE));
    add(new Tenant(OTHER, NOW, Tenant.State.SUSPENDED));
    Tenant suspended = new Tenant(ACME, NOW, Tenant.State.SUSPENDED);

    assertThat(tenants.change(ACME, Tenant.State.SUSPENDED)).contains(suspended);
    assertThat(tenants.change(ACME, Tenant.State.SUSPENDED)).contains(suspended);
    assertThat(tenants.change(OTHER, Tenant.State.ACTIVE))
        .contains(new Tenant(OTHER, NOW, Tenant.State.ACTIVE));
    assertThat(tenants.change(new TenantId("absent"), Tenant.State.ACTIVE)).isEmpty();
    assertThat(tenants.find(ACME)).contains(suspended);
    assertThat(tenants.all())
        .containsExactlyInAnyOrder(suspended, new Tenant(OTHER, NOW, Tenant.State.ACTIVE));
  }

  @Test
  void tenants_law2_allAsTheyWereAdded() {
    List<Tenant> added =
        List.of(
            new Tenant(ACME, NOW.plusMillis(123), Tenant.State.ACTIVE),
            new Tenant(
                new TenantId("a".repeat(63)),
                Instant.parse("1999-12-31T23:59:59.999Z"),
                Tenant.State.ACTIVE));

    added.forEach(this::add);

    assertThat(tenants.all()).containsExactlyInAnyOrderElementsOf(added);
    assertThat(tenants.find(ACME)).contains(added.getFirst());
    assertThat(tenants.find(OTHER)).isEmpty();
  }

  @Test
  void tenants_law2_theHourThatSummerTimeEndsIsNotAmbiguous() {
    TimeZone standard = TimeZone.getDefault();
    TimeZone.setDefault(TimeZone.getTimeZone("Europe/Berlin"));
    try {
      Tenant before = new Tenant(ACME, Instant.parse("2026-10-25T00:30:00Z"), Tenant.State.ACTIVE);
      Tenant after = new Tenant(OTHER, Instant.parse("2026-10-25T01:30:00Z"), Tenant.State.ACTIVE);

      add(before);
      add(after);

      assertThat(tenants.all()).containsExactlyInAnyOrder(before, after);
    } finally {
      TimeZone.setDefault(standard);
    }
  }

  @Test
  void tenants_law3_deletedWithAllThatIsTheirs() {
    addTenants();
    tokens.add(token("mine", ACME), 10);
    tokens.add(token("theirs", OTHER), 10);
    change(ACME, Map.of("burst", 1L), Set.of());
    change(OTHER, Map.of("burst", 2L), Set.of());

    assertThat(tenants.delete(ACME)).contains(new Tenant(ACME, NOW, Tenant.State.ACTIVE));
    assertThat(tenants.delete(ACME)).isEmpty();

    assertThat(tenants.all()).containsExactly(new Tenant(OTHER, NOW, Tenant.State.ACTIVE));
    assertThat(quotas.all()).isEqualTo(Map.of(OTHER, new TenantLimits(Map.of("burst", 2L))));
    add(new Tenant(ACME, NOW, Tenant.State.ACTIVE));
    assertThat(list(Optional.of(ACME))).contains(List.of());
    assertThat(list(Optional.of(OTHER))).contains(List.of(token("theirs", OTHER)));
  }

  @Test
  void tenants_law4_theirTokensCountAsRevoked() {
    addTenants();
    tokens.add(token("mine", ACME), 10);
    tokens.add(token("revoked-before", ACME), 10);
    tokens.add(token("theirs", OTHER), 10);
    tokens.revoke(Optional.of(ACME), "revoked-before");

    tenants.delete(ACME);

    assertThat(tokens.revoked()).containsOnlyKeys("mine", "revoked-before");
  }

  @RepeatedTest(10)
  void tenants_law4_noTokenSlipsThroughWhileATenantIsDeleted() {
    keys.keepFirst(keyPair("first"));
    add(new Tenant(ACME, NOW, Tenant.State.ACTIVE));
    List<Optional<String>> kept =
        atOnce(
            6,
            i ->
                () -> {
                  if (i == 0) {
                    tenants.delete(ACME);
                    return Optional.empty();
                  }
                  return tokens.add(token("token-" + i, ACME), 10) instanceof Added.Kept
                      ? Optional.of("token-" + i)
                      : Optional.empty();
                });

    assertThat(tokens.revoked().keySet())
        .containsExactlyInAnyOrderElementsOf(kept.stream().flatMap(Optional::stream).toList());
  }

  @Test
  void tokens_law1_keptUnlessTheTenantIsMissingOrFull() {
    addTenants();

    assertThat(tokens.add(token("1", ACME), 2)).isEqualTo(KEPT);
    assertThat(tokens.add(token("2", ACME), 2)).isEqualTo(KEPT);
    assertThat(tokens.add(token("3", ACME), 2)).isEqualTo(new Added.Full());
    assertThat(tokens.add(token("4", OTHER), 2)).isEqualTo(KEPT);
    assertThat(tokens.add(token("5", new TenantId("absent")), 2))
        .isEqualTo(new Added.NoSuchTenant());
    assertThat(tokens.add(operatorToken("6"), 1)).isEqualTo(KEPT);
    assertThat(tokens.add(operatorToken("7"), 1)).isEqualTo(new Added.Full());
  }

  @Test
  void tokens_law1_neverMoreThanTheMostByManyAtOnce() {
    addTenants();

    List<Added> added = atOnce(6, i -> () -> tokens.add(token("token-" + i, ACME), 3));

    assertThat(added.stream().filter(KEPT::equals)).hasSize(3);
  }

  @Test
  void tokens_law2_listedByTenantNewestFirst() {
    addTenants();
    Token older = token("older", ACME);
    Token newer =
        new Token(
            "newer",
            Optional.of(ACME),
            "Zoë \uD83D\uDE80 '; --",
            Set.of(Role.TENANT_ADMIN, Role.DEVELOPER, Role.INVOKER),
            FunctionScope.of(Collections.nCopies(20, "a".repeat(63))),
            NOW.plusSeconds(1),
            NOW.plusSeconds(3),
            false);
    Token operators = operatorToken("operators");
    List.of(older, newer, operators).forEach(token -> tokens.add(token, 10));

    assertThat(list(Optional.of(ACME))).contains(List.of(newer, older));
    assertThat(list(Optional.of(OTHER))).contains(List.of());
    assertThat(list(Optional.empty())).contains(List.of(operators));
    assertThat(list(Optional.of(new TenantId("absent")))).isEmpty();
  }

  @Test
  void tokens_law2_listedFromAPositionOnAndUnexpired() {
    addTenants();
    for (String id : List.of("b", "a", "c")) {
      tokens.add(token(id, ACME), 10);
    }
    Token newest =
        new Token(
            "z",
            Optional.of(ACME),
            "someone",
            Set.of(Role.INVOKER),
            FunctionScope.ALL,
            NOW.plusSeconds(1),
            NOW.plusSeconds(2),
            false);
    tokens.add(newest, 10);

    assertThat(ids(NOW, Optional.empty(), 10)).containsExactly("z", "a", "b", "c");
    assertThat(ids(NOW, Optional.empty(), 2)).containsExactly("z", "a");
    assertThat(ids(NOW, Optional.of(new TokenPosition(NOW.plusSeconds(1), "z")), 2))
        .containsExactly("a", "b");
    assertThat(ids(NOW, Optional.of(new TokenPosition(NOW, "a")), 10)).containsExactly("b", "c");
    assertThat(ids(NOW, Optional.of(new TokenPosition(NOW, "c")), 10)).isEmpty();
    assertThat(ids(NOW.plusSeconds(2), Optional.empty(), 10)).containsExactly("a", "b", "c");
  }

  private List<String> ids(Instant now, Optional<TokenPosition> after, int limit) {
    return tokens.list(Optional.of(ACME), now, after, limit).orElseThrow().stream()
        .map(Token::id)
        .toList();
  }

  @Test
  void tokens_law3_revokedForEverByTheirOwnTenantOnly() {
    addTenants();
    tokens.add(token("mine", ACME), 10);
    tokens.add(operatorToken("operators"), 10);

    assertThat(tokens.revoke(Optional.of(OTHER), "mine")).isEmpty();
    assertThat(tokens.revoke(Optional.empty(), "mine")).isEmpty();
    assertThat(tokens.revoke(Optional.of(ACME), "operators")).isEmpty();
    assertThat(tokens.revoke(Optional.of(ACME), "absent")).isEmpty();
    assertThat(tokens.revoked()).isEmpty();

    Optional<Token> revoked = tokens.revoke(Optional.of(ACME), "mine");
    assertThat(revoked).map(Token::revoked).contains(true);
    assertThat(tokens.revoke(Optional.of(ACME), "mine")).isEqualTo(revoked);
    assertThat(list(Optional.of(ACME))).contains(List.of(revoked.orElseThrow()));
    assertThat(tokens.revoke(Optional.empty(), "operators")).map(Token::id).contains("operators");
  }

  @Test
  void tokens_law4_revokedWithTheirExpiry() {
    addTenants();
    Token token = token("mine", ACME);
    tokens.add(token, 10);
    tokens.add(token("good", ACME), 10);
    tokens.revoke(Optional.of(ACME), "mine");

    assertThat(tokens.revoked()).isEqualTo(Map.of("mine", token.expiresAt()));
    assertThat(tokens.revoked("mine")).contains(token.expiresAt());
    assertThat(tokens.revoked("good")).isEmpty();
  }

  @Test
  void tokens_law5_expiredAreForgotten() {
    addTenants();
    Token token = token("mine", ACME);
    tokens.add(token, 10);
    tokens.revoke(Optional.of(ACME), "mine");

    tokens.forget(token.expiresAt().minusMillis(1));
    assertThat(list(Optional.of(ACME)).orElseThrow()).hasSize(1);
    assertThat(tokens.revoked()).hasSize(1);

    tokens.forget(token.expiresAt());
    assertThat(list(Optional.of(ACME)).orElseThrow()).isEmpty();
    assertThat(tokens.revoked()).isEmpty();
  }

  @Test
  void quotas_law1_changedTogether() {
    addTenants();
    assertThat(change(ACME, Map.of("a", 1L, "b", 2L, "c", 3L), Set.of())).isTrue();

    assertThat(change(ACME, Map.of("a", Long.MAX_VALUE, "d", 4L), Set.of("b", "absent"))).isTrue();

    assertThat(quotas.find(new QuotaScope.OfTenant(ACME)))
        .contains(Map.of("a", Long.MAX_VALUE, "c", 3L, "d", 4L));
    assertThat(change(new TenantId("absent"), Map.of("a", 1L), Set.of())).isFalse();
  }

  @Test
  void quotas_law1_allOrNothing() {
    addTenants();
    Map<String, Long> tooLong = Map.of("a", 1L, "b", 2L, "x".repeat(64), 3L);

    assertThatThrownBy(() -> change(ACME, tooLong, Set.of())).isInstanceOf(StoreFailure.class);

    assertThat(quotas.find(new QuotaScope.OfTenant(ACME))).contains(Map.of());
  }

  @Test
  void quotas_law1_noChangeIsLostAmongMany() {
    addTenants();

    atOnce(6, i -> () -> change(ACME, Map.of("q" + i, 1L, "shared", (long) i), Set.of()));

    assertThat(quotas.find(new QuotaScope.OfTenant(ACME)).orElseThrow())
        .containsOnlyKeys("q0", "q1", "q2", "q3", "q4", "q5", "shared");
  }

  @Test
  void quotas_law2and3_foundByTenantAndAll() {
    addTenants();
    change(ACME, Map.of("a", 1L), Set.of());

    assertThat(quotas.find(new QuotaScope.OfTenant(OTHER))).contains(Map.of());
    assertThat(quotas.find(new QuotaScope.OfTenant(new TenantId("absent")))).isEmpty();
    assertThat(quotas.all()).isEqualTo(Map.of(ACME, new TenantLimits(Map.of("a", 1L))));
  }

  @Test
  void quotas_law1to5_ofFunctionsAndTheDefault() {
    addTenants();
    Announced announced = new Announced(database.dataSource());
    QuotaScope function =
        new QuotaScope.OfFunction(new FunctionRef(ACME, new FunctionName("mask")));
    QuotaScope of = new QuotaScope.OfFunction(new FunctionRef(OTHER, new FunctionName("mask")));
    QuotaScope absent =
        new QuotaScope.OfFunction(
            new FunctionRef(new TenantId("absent"), new FunctionName("mask")));
    QuotaScope every = new QuotaScope.EveryTenant();

    assertThat(change(function, Map.of("a", 1L, "b", 2L), Set.of())).isTrue();
    assertThat(change(function, Map.of("b", 3L), Set.of("a"))).isTrue();
    assertThat(change(of, Map.of("c", 4L), Set.of())).isTrue();
    assertThat(change(absent, Map.of("a", 1L), Set.of())).isFalse();
    assertThat(quotas.find(every)).contains(Map.of());
    assertThat(change(every, Map.of("d", 5L), Set.of())).isTrue();
    assertThat(change(every, Map.of("d", 5L), Set.of())).as("changes nothing").isTrue();
    change(ACME, Map.of("e", 6L), Set.of());

    assertThat(quotas.find(function)).contains(Map.of("b", 3L));
    assertThat(quotas.find(absent)).isEmpty();
    assertThat(quotas.find(every)).contains(Map.of("d", 5L));
    TenantLimits ofAcme =
        new TenantLimits(Map.of("e", 6L), Map.of(new FunctionName("mask"), Map.of("b", 3L)));
    TenantLimits ofOther =
        new TenantLimits(Map.of(), Map.of(new FunctionName("mask"), Map.of("c", 4L)));
    assertThat(quotas.of(ACME)).isEqualTo(ofAcme);
    assertThat(quotas.of(new TenantId("absent"))).isEqualTo(TenantLimits.NONE);
    assertThat(quotas.all()).isEqualTo(Map.of(ACME, ofAcme, OTHER, ofOther));
    tenants.delete(ACME);
    assertThat(quotas.all()).isEqualTo(Map.of(OTHER, ofOther));
    assertThat(announced.changes())
        .startsWith(
            new Change.QuotaChanged(ACME),
            new Change.QuotaChanged(ACME),
            new Change.QuotaChanged(OTHER),
            new Change.DefaultQuotaChanged(),
            new Change.QuotaChanged(ACME));
  }

  @Test
  void quotas_law1_noChangeOfTheDefaultIsLostAmongMany() {
    QuotaScope every = new QuotaScope.EveryTenant();

    atOnce(6, i -> () -> change(every, Map.of("q" + i, 1L), Set.of()));

    assertThat(quotas.find(every).orElseThrow()).hasSize(6);
  }

  @Test
  void powers_law1to4() {
    addTenants();
    Announced announced = new Announced(database.dataSource());
    AllowedPowers some = AllowedPowers.only(Set.of("logging", "http"));

    assertThat(powers.find(ACME)).contains(AllowedPowers.ALL);
    assertThat(powers.set(ACME, some)).isTrue();
    assertThat(powers.set(OTHER, AllowedPowers.only(Set.of()))).isTrue();
    assertThat(powers.set(new TenantId("absent"), some)).isFalse();

    assertThat(powers.find(ACME)).contains(some);
    assertThat(powers.find(new TenantId("absent"))).isEmpty();
    assertThat(powers.all()).isEqualTo(Map.of(ACME, some, OTHER, AllowedPowers.only(Set.of())));
    AllowedPowers inside =
        AllowedPowers.ALL.withPrivate(
            List.of(
                AddressRange.of("10.1.0.0/16").orElseThrow(),
                AddressRange.of("[fd00::1]:8443").orElseThrow()));
    powers.set(OTHER, inside);
    assertThat(powers.find(OTHER)).contains(inside);
    assertThat(powers.all()).isEqualTo(Map.of(ACME, some, OTHER, inside));
    powers.set(OTHER, AllowedPowers.ALL);
    assertThat(powers.all()).isEqualTo(Map.of(ACME, some));
    assertThat(announced.changes())
        .containsExactly(
            new Change.QuotaChanged(ACME),
            new Change.QuotaChanged(OTHER),
            new Change.QuotaChanged(OTHER),
            new Change.QuotaChanged(OTHER));
  }

  @Test
  void keys_law1_theFirstIsKept() {
    KeyPair first = keyPair("first");

    assertThat(keys.keepFirst(first)).isEqualTo(new Keys(first, List.of()));
    assertThat(keys.keepFirst(keyPair("second"))).isEqualTo(new Keys(first, List.of()));
  }

  @Test
  void keys_law1_theSameForManyAtOnce() {
    List<Keys> kept = atOnce(4, i -> () -> keys.keepFirst(keyPair("key-" + i)));

    assertThat(Set.copyOf(kept)).hasSize(1);
  }

  @Test
  void keys_law2_theNextSignsAndTheOneBeforeLosesItsPrivatePart() {
    KeyPair first = keyPair("first");
    KeyPair second = keyPair("second");
    keys.keepFirst(first);

    Keys rotated = rotate(second, NOW.plusSeconds(5)).orElseThrow();

    assertThat(rotated)
        .isEqualTo(
            new Keys(
                second, List.of(new Retired("first", "public-first", NOW, NOW.plusSeconds(5)))));
    assertThat(keys.keepFirst(keyPair("third"))).isEqualTo(rotated);
    assertThat(texts("SELECT private_key FROM token_keys"))
        .containsExactlyInAnyOrder("", "private-second");
  }

  @Test
  void keys_law2_eachRetiresTheOneBeforeAmongMany() {
    keys.keepFirst(keyPair("first"));

    atOnce(4, i -> () -> rotate(keyPair("key-" + i), NOW.plusSeconds(5)));

    Keys kept = keys.keepFirst(keyPair("unused"));
    assertThat(kept.retired()).hasSize(4).extracting(Retired::id).contains("first");
    assertThat(kept.signing().id()).startsWith("key-");
  }

  @Test
  void keys_law3_verifyUntilTheLastTokenHasExpired() {
    addTenants();
    Instant now = NOW.minusSeconds(1);
    assertThat(until("first", next("second"))).as("no token was issued").isEqualTo(now);
    tokens.add(token("mine", ACME), 10);
    tokens.add(operatorToken("operators"), 10);

    Instant last = NOW.plus(Duration.ofHours(1));
    assertThat(until("second", next("third"))).isEqualTo(last);
    tokens.add(token("longer", ACME, last.plusSeconds(1)), 10);
    Keys fourth = next("fourth");
    assertThat(until("second", fourth)).as("once retired, never longer").isEqualTo(last);
    assertThat(until("third", fourth)).isEqualTo(last.plusSeconds(1));

    Keys fifth = rotate(keyPair("fifth"), NOW.plusSeconds(1)).orElseThrow();
    assertThat(fifth.retired()).allMatch(key -> !key.verifiesUntil().isAfter(NOW.plusSeconds(1)));
  }

  private List<String> texts(String sql) {
    return new Database(database.dataSource())
        .read("Looking", handle -> handle.createQuery(sql).mapTo(String.class).list());
  }

  private Keys next(String id) {
    return keys.rotate(keyPair(id), NOW.minusSeconds(1), last -> last, 10).orElseThrow();
  }

  private static Instant until(String id, Keys kept) {
    return kept.retired().stream()
        .filter(key -> key.id().equals(id))
        .findFirst()
        .orElseThrow()
        .verifiesUntil();
  }

  @Test
  void keys_law3_noTokenIsSignedByAKeyThatDoesNotCountIt() {
    addTenants();

    List<Object> done =
        atOnce(
            6,
            i ->
                () ->
                    i % 2 == 0
                        ? next("key-" + i)
                        : tokens.add(token("token-" + i, ACME, NOW.plusSeconds(1_000 + i)), 10));

    Keys kept = keys.keepFirst(keyPair("unused"));
    for (int i = 1; i < 6; i += 2) {
      String signedBy = ((Added.Kept) done.get(i)).signedBy();
      Instant expiry = NOW.plusSeconds(1_000 + i);
      assertThat(
              kept.signing().id().equals(signedBy)
                  || kept.retired().stream()
                      .anyMatch(key ->
                          key.id().equals(signedBy) && !key.verifiesUntil().isBefore(expiry)))
          .isTrue();
    }
  }

  @Test
  void keys_law4_thoseThatVerifyNoMoreGo_andTheyAreBounded() {
    keys.keepFirst(keyPair("first"));
    assertThat(rotate(keyPair("second"), NOW.plusSeconds(5), 2)).isPresent();
    assertThat(rotate(keyPair("third"), NOW.plusSeconds(5), 2)).isPresent();

    assertThat(rotate(keyPair("fourth"), NOW.plusSeconds(5), 2)).isEmpty();
    assertThat(keys.keepFirst(keyPair("unused")).signing().id()).isEqualTo("third");

    Keys later =
        keys.rotate(keyPair("fifth"), NOW.plusSeconds(5), last -> NOW.plusSeconds(9), 2)
            .orElseThrow();
    assertThat(later.retired()).extracting(Retired::id).containsExactly("third");
  }

  private Optional<Keys> rotate(KeyPair next, Instant until) {
    return rotate(next, until, 10);
  }

  private Optional<Keys> rotate(KeyPair next, Instant until, int retiredMax) {
    return keys.rotate(next, NOW, last -> until, retiredMax);
  }

  @Test
  void issuers_law1_addedUnlessTakenMissingOrFull() {
    addTenants();
    assertThat(issuers.add(issuer(ACME, "corp", "a"), 2)).isEqualTo(IssuerStore.Added.ADDED);
    assertThat(issuers.add(issuer(ACME, "corp", "b"), 2)).isEqualTo(IssuerStore.Added.NAME_TAKEN);
    assertThat(issuers.add(issuer(OTHER, "x", "a"), 2)).isEqualTo(IssuerStore.Added.AUDIENCE_TAKEN);
    assertThat(issuers.add(issuer(ACME, "more", "b"), 2)).isEqualTo(IssuerStore.Added.ADDED);
    assertThat(issuers.add(issuer(ACME, "most", "c"), 2)).isEqualTo(IssuerStore.Added.FULL);
    assertThat(issuers.add(issuer(new TenantId("absent"), "x", "d"), 2))
        .isEqualTo(IssuerStore.Added.NO_SUCH_TENANT);
    assertThat(issuers.all()).containsExactly(issuer(ACME, "corp", "a"), issuer(ACME, "more", "b"));
  }

  @Test
  void issuers_law1_onePairOfUrlAndAudienceByManyAtOnce() {
    addTenants();

    List<IssuerStore.Added> added =
        atOnce(4, i -> () -> issuers.add(issuer(i % 2 == 0 ? ACME : OTHER, "n" + i, "a"), 9));

    assertThat(added).containsOnlyOnce(IssuerStore.Added.ADDED);
  }

  @Test
  void issuers_law2to4_listedRemovedAndGoneWithTheirTenant() {
    addTenants();
    issuers.add(issuer(ACME, "corp", "a"), 9);
    issuers.add(issuer(OTHER, "corp", "b"), 9);

    assertThat(issuers.list(ACME)).containsExactly(issuer(ACME, "corp", "a"));
    assertThat(issuers.remove(ACME, "absent")).isFalse();
    assertThat(issuers.remove(ACME, "corp")).isTrue();
    assertThat(issuers.remove(ACME, "corp")).isFalse();
    assertThat(issuers.list(ACME)).isEmpty();
    tenants.delete(OTHER);
    assertThat(issuers.all()).isEmpty();
    addTenants();
    assertThat(issuers.add(issuer(OTHER, "corp", "b"), 9)).isEqualTo(IssuerStore.Added.ADDED);
  }

  @Test
  void issuers_law5_announced() {
    addTenants();
    Announced announced = new Announced(database.dataSource());
    issuers.add(issuer(ACME, "corp", "a"), 9);
    issuers.add(issuer(ACME, "corp", "a"), 9);
    issuers.remove(ACME, "corp");
    issuers.remove(ACME, "corp");

    assertThat(announced.changes())
        .containsExactly(new Change.IssuersChanged(ACME), new Change.IssuersChanged(ACME));
  }

  private static Issuer issuer(TenantId tenant, String name, String audience) {
    return new Issuer(
        tenant,
        name,
        "https://id.example.com",
        "https://id.example.com/jwks",
        audience,
        List.of(
            new RoleRule("z", "v".repeat(200), Role.TENANT_ADMIN),
            new RoleRule("a", "v", Role.INVOKER)),
        NOW);
  }

  @Test
  void failure_saysWhatWasTriedAndRepeatsNoSecret() {
    KeyPair unfit = new KeyPair("k".repeat(65), "public", "the-secret", NOW);

    assertThatThrownBy(() -> keys.keepFirst(unfit))
        .isInstanceOfSatisfying(
            StoreFailure.class,
            failure -> {
              assertThat(failure).hasMessage("Keeping the signing key failed");
              assertThat(failure.isRetryable()).isFalse();
              assertThat(stackTrace(failure)).doesNotContain("the-secret");
            });
  }

  @Test
  void failure_withoutADatabase_saysWhatWasTried() {
    database.close();

    assertThatThrownBy(() -> list(Optional.of(ACME)))
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining("acme");
  }

  @Test
  void migrate_besideOtherModulesTables_isDoneOnce() throws Exception {
    try (TestDatabase shared = another();
        Connection connection = shared.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE someone_elses (id INT)");

      AuditSchema.migrate(shared.dataSource());
      TenantsSchema.migrate(shared.dataSource());
      AuditSchema.migrate(shared.dataSource());
      TenantsSchema.migrate(shared.dataSource());

      assertThat(new JdbiTenantStore(shared.dataSource()).all()).isEmpty();
    }
  }

  /** One more database of this kind. */
  abstract TestDatabase another();

  private TenantStore.Added add(Tenant tenant) {
    return tenants.add(tenant, 10);
  }

  private Optional<List<Token>> list(Optional<TenantId> tenant) {
    return tokens.list(tenant, NOW, Optional.empty(), 100);
  }

  /** Puts and removes quotas; false if there is no such tenant. */
  private boolean change(TenantId tenant, Map<String, Long> put, Set<String> remove) {
    return change(new QuotaScope.OfTenant(tenant), put, remove);
  }

  private boolean change(QuotaScope scope, Map<String, Long> put, Set<String> remove) {
    return quotas
        .change(
            scope,
            before -> {
              Map<String, Long> after = new HashMap<>(before);
              after.putAll(put);
              after.keySet().removeAll(remove);
              return Answer.done(after);
            })
        .isPresent();
  }

  /** Tenants, and the key that signs their tokens. */
  private void addTenants() {
    keys.keepFirst(keyPair("first"));
    add(new Tenant(ACME, NOW, Tenant.State.ACTIVE));
    add(new Tenant(OTHER, NOW, Tenant.State.ACTIVE));
  }

  private static Token token(String id, TenantId tenant) {
    return token(id, tenant, NOW.plus(Duration.ofHours(1)));
  }

  private static Token token(String id, TenantId tenant, Instant expiresAt) {
    return new Token(
        id,
        Optional.of(tenant),
        "someone",
        Set.of(Role.DEVELOPER),
        FunctionScope.ALL,
        NOW,
        expiresAt,
        false);
  }

  private static Token operatorToken(String id) {
    return new Token(
        id,
        Optional.empty(),
        "operator",
        Set.of(Role.OPERATOR),
        FunctionScope.ALL,
        NOW,
        NOW.plus(Duration.ofHours(1)),
        false);
  }

  private static KeyPair keyPair(String id) {
    return new KeyPair(id, "public-" + id, "private-" + id, NOW);
  }

  /** What each of so many threads got that began together. */
  private static <T> List<T> atOnce(int count, IntFunction<Callable<T>> work) {
    CyclicBarrier together = new CyclicBarrier(count);
    List<Future<T>> running = new ArrayList<>();
    List<T> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
      for (int i = 0; i < count; i++) {
        Callable<T> mine = work.apply(i);
        running.add(
            threads.submit(() -> {
              together.await();
              return mine.call();
            }));
      }
      for (Future<T> each : running) {
        results.add(each.get());
      }
      return results;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static String stackTrace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
