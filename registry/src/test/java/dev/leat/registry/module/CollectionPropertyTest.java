package dev.leat.registry.module;

import static dev.leat.registry.TestRegistry.ACME;
import static dev.leat.registry.TestRegistry.ACTOR;
import static dev.leat.registry.TestRegistry.OTHER;
import static dev.leat.registry.TestRegistry.manifest;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.Allowance;
import dev.leat.contract.Answer;
import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionName;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.registry.GuestModules;
import dev.leat.registry.TestRegistry;
import dev.leat.registry.function.DeployFunction;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.RolloutPlan;
import dev.leat.registry.function.RolloutPlan.Strategy;
import dev.leat.registry.function.Traffic;
import dev.leat.store.JdbiLeases;
import dev.leat.testkit.Seed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the collection may remove, whatever was done before: publishing, deploying, deleting,
 * aliases, traffic, rollouts, tenants that go, and nodes that are killed between a row and its
 * bytes.
 */
class CollectionPropertyTest {
  private static final int STEPS = 600;
  private static final int MODULES = 6;
  private static final List<TenantId> TENANTS = List.of(ACME, OTHER);
  private static final List<FunctionName> FUNCTIONS =
      List.of(new FunctionName("mask"), new FunctionName("resize"));

  @TempDir private Path directory;
  private TestRegistry registry;
  private HeldBlobs blobs;
  private CollectModule collector;
  private ModuleCatalog catalog;
  private DeployFunction deploying;
  private CollectAbandoned abandoned;
  private final Set<ModuleDigest> compiled = new HashSet<>();
  private Random random = new Random();

  @BeforeEach
  void open() {
    registry = new TestRegistry(directory);
    registry.functionStore.versionsKeptMax = 3;
    blobs = new HeldBlobs(registry.clock);
    collector = new CollectModule(registry.moduleStore, blobs, compiled::remove);
    catalog = new ModuleCatalog(registry.moduleStore, blobs, collector, registry.clock);
    deploying =
        new DeployFunction(
            registry.functionStore,
            registry.moduleStore,
            registry.policyStore,
            catalog,
            registry.engine,
            registry.trial,
            tenant -> Allowance.PLATFORM,
            registry.clock);
    abandoned =
        new CollectAbandoned(
            registry.moduleStore,
            collector,
            List.of(blobs::stored),
            new JdbiLeases(registry.database.dataSource()),
            "test",
            registry.clock);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void whateverIsDone_whatIsUsedStays_andTheRestGoes() {
    Seed seed = Seed.orElse(20_261_127L);
    random = seed.random();

    for (int step = 0; step < STEPS; step++) {
      String done = step();
      for (TenantId tenant : TENANTS) {
        for (ModuleDigest used : used(tenant)) {
          assertThat(blobs.load(used))
              .as("module %s of %s after step %d, %s; %s", used, tenant, step, done, seed)
              .isPresent();
        }
      }
    }
    registry.clock.advance(CollectAbandoned.AGE.plusSeconds(1));
    abandoned.round();

    Set<String> left =
        blobs.stored(Optional.empty(), 1_000).stream()
            .map(stored -> stored.digest().toString())
            .collect(Collectors.toSet());
    Set<String> had =
        TENANTS.stream()
            .flatMap(tenant -> published(tenant).stream())
            .map(ModuleDigest::toString)
            .collect(Collectors.toSet());
    assertThat(left).as(seed.toString()).isEqualTo(had);
  }

  /** What the tenant has published, and what its versions run. */
  private Set<ModuleDigest> used(TenantId tenant) {
    Set<ModuleDigest> used = new HashSet<>(published(tenant));
    for (FunctionName function : FUNCTIONS) {
      registry
          .functionStore
          .versions(tenant, function)
          .forEach(version -> used.add(version.version().module()));
    }
    return used;
  }

  private Set<ModuleDigest> published(TenantId tenant) {
    return registry.moduleStore.list(tenant, "", 1_000, ModuleStore.START).items().stream()
        .map(PublishedModule::digest)
        .collect(Collectors.toSet());
  }

  private String step() {
    TenantId tenant = TENANTS.get(random.nextInt(TENANTS.size()));
    FunctionName function = FUNCTIONS.get(random.nextInt(FUNCTIONS.size()));
    int number = random.nextInt(MODULES);
    byte[] module = GuestModules.handler(number);
    ModuleDigest digest = ModuleDigest.of(module);
    int choice = random.nextInt(100);
    if (choice < 20) {
      return "publish " + publish(tenant, number, true);
    }
    if (choice < 45) {
      return "deploy " + deploy(tenant, function, digest, random.nextBoolean());
    }
    if (choice < 57) {
      return "delete module " + catalog.delete(tenant, ACTOR, digest);
    }
    if (choice < 61) {
      return "delete function " + registry.functions.delete(tenant, ACTOR, function);
    }
    if (choice < 67) {
      return "alias "
          + registry.naming.set(
              tenant,
              ACTOR,
              function,
              "a" + random.nextInt(2),
              aVersion(tenant, function),
              Optional.empty());
    }
    if (choice < 70) {
      return "no alias " + registry.naming.delete(tenant, ACTOR, function, "a" + random.nextInt(2));
    }
    if (choice < 75) {
      return "traffic "
          + registry.traffic.set(
              tenant,
              ACTOR,
              function,
              Map.of(aVersion(tenant, function), 10_000),
              Optional.empty(),
              Optional.empty());
    }
    if (choice < 79) {
      return "rollout "
          + registry.rollouts.start(
              tenant,
              ACTOR,
              function,
              new RolloutPlan(
                  aVersion(tenant, function),
                  random.nextBoolean() ? Strategy.ROLLING : Strategy.CANARY,
                  List.of(1_000, 10_000),
                  Duration.ofMinutes(1),
                  Traffic.KEPT_WARM),
              random.nextBoolean());
    }
    if (choice < 82) {
      return "abort " + registry.rollouts.abort(tenant, ACTOR, function);
    }
    if (choice < 85) {
      registry.clock.advance(Duration.ofMinutes(1 + random.nextInt(40)));
      return "promote " + registry.rollouts.promote(tenant, ACTOR, function);
    }
    if (choice < 88) {
      return "killed between bytes and row " + publish(tenant, number, false);
    }
    if (choice < 91) {
      return "killed between row and bytes "
          + registry.moduleStore.delete(tenant, digest, entry(tenant));
    }
    if (choice < 92 && random.nextInt(3) == 0) {
      registry.forgetTenant.forgetSome(tenant);
      return "forget tenant";
    }
    return "collect " + abandoned.round();
  }

  private Object publish(TenantId tenant, int number, boolean isDone) {
    byte[] module = GuestModules.handler(number);
    ModuleDigest digest = ModuleDigest.of(module);
    compiled.add(digest);
    if (!isDone) {
      blobs.put(digest, module);
      return digest;
    }
    return registry.moduleStore.add(
        tenant,
        new PublishedModule(
            tenant, "m" + number, "1", digest, module.length, "kid", registry.clock.instant()),
        Optional.empty(),
        Allowance.PLATFORM,
        entry(tenant),
        () -> blobs.put(digest, module));
  }

  private Answer<DeployedVersion> deploy(
      TenantId tenant, FunctionName function, ModuleDigest digest, boolean takesTraffic) {
    return deploying.deploy(
        tenant,
        ACTOR,
        function,
        manifest(function.value(), digest).getBytes(StandardCharsets.UTF_8),
        new DeployFunction.Wish(takesTraffic, "", Optional.empty()),
        new Cancellation());
  }

  private int aVersion(TenantId tenant, FunctionName function) {
    List<DeployedVersion> versions = registry.functionStore.versions(tenant, function);
    return versions.isEmpty()
        ? 1
        : versions.get(random.nextInt(versions.size())).version().number();
  }

  private AuditEntry entry(TenantId tenant) {
    return AuditEntry.done(registry.clock.instant(), tenant, ACTOR, "test", "", "");
  }
}
