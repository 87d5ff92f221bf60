package dev.leat.tenants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.leat.audit.jdbi.AuditSchema;
import dev.leat.contract.Answer;
import dev.leat.contract.Page;
import dev.leat.contract.Problem;
import dev.leat.contract.TenantId;
import dev.leat.store.PolledChangeFeed;
import dev.leat.store.StoreSchema;
import dev.leat.store.WakeUp;
import dev.leat.tenants.jdbi.JdbiIssuerStore;
import dev.leat.tenants.jdbi.JdbiPowerStore;
import dev.leat.tenants.jdbi.JdbiQuotaStore;
import dev.leat.tenants.jdbi.JdbiSigningKeyStore;
import dev.leat.tenants.jdbi.JdbiTenantStore;
import dev.leat.tenants.jdbi.JdbiTokenStore;
import dev.leat.tenants.jdbi.TenantsSchema;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.sql.DataSource;

/** The whole module on a database, put together and started as a node does it. */
final class Platform implements TenantBelongings {
  static final MigratedDatabases DATABASES =
      new MigratedDatabases(StoreSchema::migrate, AuditSchema::migrate, TenantsSchema::migrate);

  static final TenantId ACME = new TenantId("acme");
  static final TenantId OTHER = new TenantId("other");
  static final Principal OPERATOR = principal(Optional.empty(), Role.OPERATOR);

  final ManualClock clock;
  final AtomicLong nanoTime = new AtomicLong();
  final SigningKeyStore signingKeyStore;
  final SigningKeys keys;
  final Tokens tokens;
  final QuotaGate gate;
  final Quotas quotas;
  final Tenants tenants;
  final JwksFetch jwks = new JwksFetch(Duration.ofSeconds(30));
  final Issuers issuers;
  final Authenticator authenticator;

  /** Without its thread: what was done is taken over when a test says so. */
  final PolledChangeFeed changes;

  /** Tenants whose things in other rooms were removed. */
  final List<TenantId> forgotten = new ArrayList<>();

  /** Those whose things outside of the database are to be removed. */
  final List<Tenant> forgottenLater = new ArrayList<>();

  /** Looks for keys that were begun; a test lets them end. */
  final Deque<Runnable> looks = new ArrayDeque<>();

  /** How many functions each tenant has. */
  int functions;

  /** Tenants to which no function is added. */
  final Set<TenantId> closed = new HashSet<>();

  /** How often there is more to remove. */
  int turns;

  /** Happens each time when something is removed. */
  Consumer<TenantId> turn = tenant -> {};

  private Platform(DataSource source, ManualClock clock) {
    this.clock = clock;
    signingKeyStore = new JdbiSigningKeyStore(source);
    keys = new SigningKeys(signingKeyStore, looks::add, clock, nanoTime::get);
    tokens = new Tokens(new JdbiTokenStore(source), keys, Tokens.DEFAULT_ISSUER, clock);
    gate = new QuotaGate(nanoTime::get);
    quotas = new Quotas(new JdbiQuotaStore(source), new JdbiPowerStore(source), gate);
    tenants = new Tenants(new JdbiTenantStore(source), this, clock);
    issuers = new Issuers(new JdbiIssuerStore(source), jwks, looks::add, clock, nanoTime::get);
    authenticator = new Authenticator(keys, tokens, tenants, issuers, clock, nanoTime::get);
    changes = new PolledChangeFeed(source, WakeUp.NONE);
    List.of(keys, tokens, issuers, quotas, tenants).forEach(changes::subscribe);
  }

  /** A node on this one of {@link #DATABASES}; a second one is the first after a restart. */
  static Platform start(TestDatabase database, ManualClock clock) {
    Platform platform = new Platform(database.dataSource(), clock);
    platform.changes.load();
    return platform;
  }

  @Override
  public int close(TenantId tenant, boolean isForced) {
    if (isForced || functions == 0) {
      closed.add(tenant);
      return 0;
    }
    return functions;
  }

  @Override
  public boolean forgetSome(TenantId tenant) {
    forgotten.add(tenant);
    turn.accept(tenant);
    return turns-- > 0;
  }

  @Override
  public void forgetLater(Tenant tenant) {
    forgottenLater.add(tenant);
  }

  @Override
  public void open(TenantId tenant) {
    closed.remove(tenant);
  }

  /** The first page of a tenant's tokens. */
  List<Token> tokensOf(Optional<TenantId> tenant) {
    return done(tokens.list(tenant, Page.ITEMS_MAX, Optional.empty())).items();
  }

  static Principal principal(Optional<TenantId> tenant, Role... roles) {
    return new Principal(
        "someone",
        tenant,
        Set.of(roles),
        FunctionScope.ALL,
        Optional.empty(),
        "some-id",
        Instant.MAX);
  }

  IssuedToken issue(TenantId tenant, Role... roles) {
    return done(
        tokens.issue(
            OPERATOR,
            new TokenRequest(Optional.of(tenant), "someone", Set.of(roles), Duration.ofHours(1))));
  }

  /** What was done, which holds in memory then. */
  <T> T held(Answer<T> answer) {
    T value = done(answer);
    assertThat(changes.catchUp()).isTrue();
    return value;
  }

  static <T> T done(Answer<T> answer) {
    return switch (answer) {
      case Answer.Done<T>(T value) -> value;
      case Answer.Refused<T>(Problem problem) -> fail("Refused: %s", problem);
    };
  }

  static <T> Problem refused(Answer<T> answer) {
    return switch (answer) {
      case Answer.Done<T>(T value) -> fail("Done: %s", value);
      case Answer.Refused<T>(Problem problem) -> problem;
    };
  }
}
