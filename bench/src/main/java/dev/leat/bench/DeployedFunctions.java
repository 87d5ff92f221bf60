package dev.leat.bench;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import com.zaxxer.hikari.HikariDataSource;
import dev.leat.audit.jdbi.AuditSchema;
import dev.leat.contract.Allowance;
import dev.leat.contract.Answer;
import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.engine.chicory.ChicoryEngine;
import dev.leat.registry.canary.Canaries;
import dev.leat.registry.files.FileBlobStore;
import dev.leat.registry.function.DeployFunction;
import dev.leat.registry.function.VersionTrial;
import dev.leat.registry.jdbi.JdbiFunctionStore;
import dev.leat.registry.jdbi.JdbiKeyStore;
import dev.leat.registry.jdbi.JdbiModuleStore;
import dev.leat.registry.jdbi.JdbiPolicyStore;
import dev.leat.registry.jdbi.RegistrySchema;
import dev.leat.registry.jdbi.TenantTurns;
import dev.leat.registry.key.PublisherKeys;
import dev.leat.registry.key.Signatures;
import dev.leat.registry.key.Statement;
import dev.leat.registry.module.CollectModule;
import dev.leat.registry.module.ModuleCatalog;
import dev.leat.registry.module.PublishModule;
import dev.leat.registry.route.RoutingTable;
import dev.leat.registry.trust.PolicyStore;
import dev.leat.store.ChangeFeed;
import dev.leat.store.Database;
import dev.leat.store.PolledChangeFeed;
import dev.leat.store.StoreSchema;
import dev.leat.store.WakeUp;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Functions that are deployed and never called, with their rows in a real database. */
final class DeployedFunctions {
  private static final int TENANTS = 10;
  private static final String ACTOR = "bench";

  private final Path directory;
  private final ChicoryEngine engine;

  DeployedFunctions(Path directory, ChicoryEngine engine) {
    this.directory = directory;
    this.engine = engine;
  }

  /**
   * What so many deployed functions add to the node's heap, in bytes: once as they are deployed,
   * once as a node that starts finds them. The database is closed meanwhile, since its cache is
   * bounded by itself.
   *
   * @param usedAfterGc measures the heap
   */
  long[] heapBytes(int functions, byte[] module, LongSupplier usedAfterGc) throws Exception {
    RoutingTable deployed;
    RoutingTable started;
    try (HikariDataSource database = open()) {
      StoreSchema.migrate(database);
      AuditSchema.migrate(database);
      RegistrySchema.migrate(database);
      deployed =
          new RoutingTable(new JdbiFunctionStore(database), new Canaries(), Clock.systemUTC());
      PolledChangeFeed changes = new PolledChangeFeed(database, WakeUp.NONE);
      changes.subscribe(deployed);
      changes.load();
      deploy(functions, module, database, changes);
      started =
          new RoutingTable(new JdbiFunctionStore(database), new Canaries(), Clock.systemUTC());
      started.load();
    }
    long both = usedAfterGc.getAsLong();
    String last = "f" + (functions / TENANTS - 1);
    require(deployed.find("tenant0", last) != null);
    deployed = null;
    long one = usedAfterGc.getAsLong();
    require(started.find("tenant0", last) != null);
    started = null;
    return new long[] {both - one, one - usedAfterGc.getAsLong()};
  }

  private HikariDataSource open() {
    HikariDataSource database = new HikariDataSource();
    database.setJdbcUrl(
        "jdbc:h2:file:%s;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
            .formatted(directory.resolve("registry")));
    return database;
  }

  private void deploy(int functions, byte[] module, HikariDataSource database, ChangeFeed changes)
      throws Exception {
    Clock clock = Clock.tickMillis(ZoneOffset.UTC);
    FileBlobStore blobs = new FileBlobStore(directory.resolve("blobs"));
    blobs.start();
    JdbiModuleStore modules = new JdbiModuleStore(database);
    JdbiKeyStore keyStore = new JdbiKeyStore(database);
    PublisherKeys keys = new PublisherKeys(keyStore, clock);
    Database connections = new Database(database);
    PolicyStore policies = new JdbiPolicyStore(connections, new TenantTurns(connections));
    CollectModule collector = new CollectModule(modules, blobs, engine::forget);
    PublishModule publishing =
        new PublishModule(
            modules,
            blobs,
            collector,
            keyStore,
            policies,
            engine::inspectAndCompile,
            tenant -> Allowance.PLATFORM,
            clock,
            Limits.MODULE_BYTES_MAX);
    DeployFunction deploying =
        new DeployFunction(
            new JdbiFunctionStore(database),
            modules,
            policies,
            new ModuleCatalog(modules, blobs, collector, clock),
            engine::inspectAccepted,
            new NoTrial(),
            tenant -> Allowance.PLATFORM,
            clock);
    OctetKeyPair key = new OctetKeyPairGenerator(Curve.Ed25519).generate();
    ModuleDigest digest = ModuleDigest.of(module);
    for (int t = 0; t < TENANTS; t++) {
      TenantId tenant = new TenantId("tenant" + t);
      done(keys.register(tenant, ACTOR, key.toPublicJWK().toJSONString()));
      String signature =
          Signatures.sign(
              key, new Statement("module", "1", digest, module.length, clock.instant()));
      done(publishing.publish(tenant, ACTOR, module, signature));
      for (int f = 0; f < functions / TENANTS; f++) {
        FunctionName name = new FunctionName("f" + f);
        done(
            deploying.deploy(
                tenant,
                ACTOR,
                name,
                manifest(name, digest),
                new DeployFunction.Wish(true, "", Optional.empty()),
                new Cancellation()));
        require(changes.catchUp());
      }
    }
  }

  private static byte[] manifest(FunctionName name, ModuleDigest module) {
    return """
    apiVersion: leat/v1
    kind: Function
    metadata: {name: %s}
    spec:
      module: %s
      contract: handler
      route: {path: /masked/%s, methods: [POST], auth: token}
      limits: {fuel: 50000000, memory: 16Mi, timeout: 2s, request: 1Mi, response: 1Mi}
      instances: {min: 0, max: 8, idle: 30s, reuse: reset}
      capabilities: {logging: true, metrics: true, config: true}
      config: {fields_to_mask: [email, phone], function: %s}
    """
        .formatted(name, module, name, name)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static <T> void done(Answer<T> answer) {
    require(answer instanceof Answer.Done<T>);
  }

  private static void require(boolean holds) {
    if (!holds) {
      throw new IllegalStateException("The functions were not deployed");
    }
  }

  /** Takes each version for one that comes up. */
  private static final class NoTrial implements VersionTrial {
    @Override
    public Result attempt(FunctionVersion version, Cancellation cancellation) {
      return new Result.CameUp(
          new Instance() {
            @Override
            public void keep() {}

            @Override
            public void close() {}
          });
    }

    @Override
    public void forget(TenantId tenant) {}
  }
}
