package dev.leat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import dev.leat.audit.AuditLog;
import dev.leat.audit.AuditStore;
import dev.leat.audit.jdbi.AuditSchema;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Allowance;
import dev.leat.contract.Answer;
import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionName;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.chicory.ChicoryEngine;
import dev.leat.registry.canary.Canaries;
import dev.leat.registry.canary.SampleStore;
import dev.leat.registry.files.FileBlobStore;
import dev.leat.registry.function.DeployFunction;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.FailingFunctionStore;
import dev.leat.registry.function.FunctionCatalog;
import dev.leat.registry.function.ScriptedTrial;
import dev.leat.registry.jdbi.JdbiClosingStore;
import dev.leat.registry.jdbi.JdbiConnectionStore;
import dev.leat.registry.jdbi.JdbiFunctionStore;
import dev.leat.registry.jdbi.JdbiKeyStore;
import dev.leat.registry.jdbi.JdbiModuleStore;
import dev.leat.registry.jdbi.JdbiOfferStore;
import dev.leat.registry.jdbi.JdbiPermissionStore;
import dev.leat.registry.jdbi.JdbiPolicyStore;
import dev.leat.registry.jdbi.JdbiSampleStore;
import dev.leat.registry.jdbi.RegistrySchema;
import dev.leat.registry.jdbi.TenantTurns;
import dev.leat.registry.key.KeyStore;
import dev.leat.registry.key.PublisherKeys;
import dev.leat.registry.key.Signatures;
import dev.leat.registry.key.Statement;
import dev.leat.registry.module.CollectModule;
import dev.leat.registry.module.ModuleCatalog;
import dev.leat.registry.module.ModuleExchange;
import dev.leat.registry.module.ModuleStore;
import dev.leat.registry.module.OfferStore;
import dev.leat.registry.module.PublishModule;
import dev.leat.registry.module.PublishedModule;
import dev.leat.registry.permission.CurrentPermissions;
import dev.leat.registry.permission.PermissionStore;
import dev.leat.registry.permission.PermitFunction;
import dev.leat.registry.release.MoveTraffic;
import dev.leat.registry.release.NameVersions;
import dev.leat.registry.release.Rollouts;
import dev.leat.registry.route.Route;
import dev.leat.registry.route.RoutingTable;
import dev.leat.registry.trust.DrainedModules;
import dev.leat.registry.trust.Policies;
import dev.leat.registry.trust.PolicyStore;
import dev.leat.store.Database;
import dev.leat.store.PolledChangeFeed;
import dev.leat.store.StoreSchema;
import dev.leat.store.WakeUp;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The whole registry as a node has it, on H2 and a temporary directory. */
public final class TestRegistry implements AutoCloseable {
  public static final int MODULE_BYTES_MAX = 10_000;
  public static final TenantId ACME = new TenantId("acme");
  public static final TenantId OTHER = new TenantId("other");
  public static final FunctionName MASK = new FunctionName("mask");
  public static final String ACTOR = "dev@acme";

  private static final MigratedDatabases DATABASES =
      new MigratedDatabases(StoreSchema::migrate, AuditSchema::migrate, RegistrySchema::migrate);

  private final Path directory;
  public final ManualClock clock = new ManualClock();
  public final OctetKeyPair key = newKey();

  public final TestDatabase database = DATABASES.h2();
  public final KeyStore keyStore = new JdbiKeyStore(database.dataSource());
  public final PolicyStore policyStore =
      new JdbiPolicyStore(
          new Database(database.dataSource()),
          new TenantTurns(new Database(database.dataSource())));
  public final OfferStore offerStore =
      new JdbiOfferStore(
          new Database(database.dataSource()),
          new TenantTurns(new Database(database.dataSource())));
  public final ModuleStore moduleStore = new JdbiModuleStore(database.dataSource());
  public final FailingFunctionStore functionStore =
      new FailingFunctionStore(new JdbiFunctionStore(database.dataSource()));
  public final FileBlobStore blobs;

  /** Modules of which what was compiled is to be forgotten. */
  public final List<ModuleDigest> collected = new ArrayList<>();

  /** What every tenant may have. */
  public Allowance allowance = Allowance.PLATFORM;

  /** Done when a module has been looked at, before it is kept. */
  public Runnable beforeKeeping = () -> {};

  public final CollectModule collector;
  public final AuditLog audit =
      new AuditLog(
          new JdbiAuditStore(database.dataSource()),
          (type, payload) -> fail("no checkpoint is signed here"),
          clock);

  public final Policies policies = new Policies(policyStore, clock);
  public final ModuleExchange exchange = new ModuleExchange(offerStore, tenant -> allowance, clock);
  public final DrainedModules drained = new DrainedModules(policyStore);
  public final PublisherKeys keys = new PublisherKeys(keyStore, clock);
  public final ChicoryEngine engine = new ChicoryEngine(ModuleLimits.DEFAULT);
  public final PublishModule publishModule;
  public final ModuleCatalog modules;
  public final Canaries canaries = new Canaries();
  public final SampleStore samples = new JdbiSampleStore(new Database(database.dataSource()));
  public final RoutingTable routes = new RoutingTable(functionStore, canaries, clock);

  /** Without its thread: what was done is taken over when a test says so. */
  public final PolledChangeFeed changes = new PolledChangeFeed(database.dataSource(), WakeUp.NONE);

  public final ScriptedTrial trial = new ScriptedTrial();
  public final DeployFunction deployFunction;
  public final FunctionCatalog functions = new FunctionCatalog(functionStore, clock);
  public final MoveTraffic traffic = new MoveTraffic(functionStore, functions, clock);
  public final Rollouts rollouts = new Rollouts(functionStore, samples, functions, traffic, clock);
  public final NameVersions naming = new NameVersions(functionStore, functions, clock);
  public final PermissionStore permissionStore;
  public final CurrentPermissions permissions;
  public final PermitFunction permitFunction;
  public final ForgetTenant forgetTenant;

  public TestRegistry(Path directory) {
    this.directory = directory;
    blobs = new FileBlobStore(directory);
    blobs.start();
    collector = new CollectModule(moduleStore, blobs, collected::add);
    publishModule =
        new PublishModule(
            moduleStore,
            blobs,
            collector,
            keyStore,
            policyStore,
            engine,
            tenant -> {
              beforeKeeping.run();
              return allowance;
            },
            clock,
            MODULE_BYTES_MAX);
    modules = new ModuleCatalog(moduleStore, blobs, collector, clock);
    deployFunction =
        new DeployFunction(
            functionStore,
            moduleStore,
            policyStore,
            modules,
            engine,
            trial,
            tenant -> allowance,
            clock);
    TenantTurns turns = new TenantTurns(new Database(database.dataSource()));
    permissionStore = new JdbiPermissionStore(new Database(database.dataSource()), turns);
    permissions = new CurrentPermissions(permissionStore, tenant -> allowance, tenant -> true);
    permitFunction = new PermitFunction(permissionStore, functions, tenant -> allowance, clock);
    forgetTenant =
        new ForgetTenant(
            new JdbiClosingStore(turns),
            keyStore,
            policyStore,
            offerStore,
            functionStore,
            permissionStore,
            new JdbiConnectionStore(new Database(database.dataSource()), turns),
            moduleStore,
            collector,
            trial);
    done(keys.register(ACME, ACTOR, key.toPublicJWK().toJSONString()));
    changes.subscribe(drained);
    changes.subscribe(routes);
    changes.subscribe(permissions);
    changes.load();
  }

  /** Where a module's bytes are kept. */
  public Path blobFile(ModuleDigest digest) {
    return directory.resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
  }

  /** Publishes for acme with its key. */
  public PublishedModule publish(String name, String version, byte[] module) {
    return done(publishModule.publish(ACME, ACTOR, module, sign(key, name, version, module)));
  }

  public String sign(OctetKeyPair signer, String name, String version, byte[] module) {
    return Signatures.sign(
        signer,
        new Statement(name, version, ModuleDigest.of(module), module.length, clock.instant()));
  }

  /** Publishes a handler, and deploys it for acme under this name. */
  public DeployedVersion deploy(String name, int number) {
    byte[] module = GuestModules.handler(number);
    publish(name, "1." + number, module);
    return done(deploy(name, manifest(name, ModuleDigest.of(module))));
  }

  public Answer<DeployedVersion> deploy(String name, String manifest) {
    return deploy(name, manifest, Optional.empty());
  }

  public Answer<DeployedVersion> deploy(String name, String manifest, Optional<String> ifMatch) {
    return deploy(name, manifest, ifMatch, true);
  }

  /** Deploys a version that gets no traffic yet. */
  public DeployedVersion deployQuietly(String name, int number) {
    byte[] module = GuestModules.handler(number);
    publish(name, "1." + number, module);
    return done(deploy(name, manifest(name, ModuleDigest.of(module)), Optional.empty(), false));
  }

  /** Deploys a version that may ask more of the host than the one before it. */
  public Answer<DeployedVersion> deployAccepting(String name, String manifest) {
    return deploy(name, manifest, new DeployFunction.Wish(true, "", Optional.empty(), true));
  }

  private Answer<DeployedVersion> deploy(
      String name, String manifest, Optional<String> ifMatch, boolean takesTraffic) {
    return deploy(name, manifest, new DeployFunction.Wish(takesTraffic, "", ifMatch));
  }

  private Answer<DeployedVersion> deploy(String name, String manifest, DeployFunction.Wish wish) {
    Answer<DeployedVersion> answer =
        deployFunction.deploy(
            ACME,
            ACTOR,
            new FunctionName(name),
            manifest.getBytes(StandardCharsets.UTF_8),
            wish,
            new Cancellation());
    changes.catchUp();
    return answer;
  }

  /** Where acme's function is found. */
  public Route route(String name) {
    return Objects.requireNonNull(routes.find("acme", name));
  }

  public static String manifest(String name, Object module) {
    return """
    apiVersion: leat/v1
    kind: Function
    metadata: {name: %s}
    spec:
      module: %s
      contract: handler
    """
        .formatted(name, module);
  }

  /** What was recorded for the tenant, newest first. */
  public List<String> recorded(TenantId tenant) {
    return done(audit.list(AuditStore.Filter.of(tenant), 200, Optional.empty())).items().stream()
        .map(record -> record.entry().action() + " " + record.entry().resource())
        .toList();
  }

  public static OctetKeyPair newKey() {
    try {
      return new OctetKeyPairGenerator(Curve.Ed25519).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  public static <T> T done(Answer<T> answer) {
    return switch (answer) {
      case Answer.Done<T>(T value) -> value;
      case Answer.Refused<T>(Problem problem) -> throw new AssertionError(problem);
    };
  }

  public static <T> Problem refused(Answer<T> answer, ProblemCode code) {
    return switch (answer) {
      case Answer.Done<T>(T value) -> throw new AssertionError("Not refused: " + value);
      case Answer.Refused<T>(Problem problem) -> {
        assertThat(problem.code()).as(problem.toString()).isEqualTo(code);
        yield problem;
      }
    };
  }

  @Override
  public void close() {
    database.close();
  }
}
