package dev.leat.node;

import dev.leat.contract.FunctionRef;
import dev.leat.engine.ModuleLimits;
import dev.leat.registry.ForgetTenant;
import dev.leat.registry.canary.Canaries;
import dev.leat.registry.canary.CanaryLog;
import dev.leat.registry.canary.SampleStore;
import dev.leat.registry.capability.ReviewCapabilities;
import dev.leat.registry.capability.UsesLog;
import dev.leat.registry.capability.UsesStore;
import dev.leat.registry.connection.ConnectionStore;
import dev.leat.registry.function.DeployFunction;
import dev.leat.registry.function.FunctionCatalog;
import dev.leat.registry.function.FunctionStore;
import dev.leat.registry.function.VersionTrial;
import dev.leat.registry.jdbi.JdbiClosingStore;
import dev.leat.registry.jdbi.JdbiFunctionStore;
import dev.leat.registry.jdbi.JdbiKeyStore;
import dev.leat.registry.jdbi.JdbiModuleStore;
import dev.leat.registry.jdbi.JdbiOfferStore;
import dev.leat.registry.jdbi.JdbiPolicyStore;
import dev.leat.registry.jdbi.JdbiSampleStore;
import dev.leat.registry.key.KeyStore;
import dev.leat.registry.key.PublisherKeys;
import dev.leat.registry.module.CollectAbandoned;
import dev.leat.registry.module.CollectModule;
import dev.leat.registry.module.ModuleAnalysis;
import dev.leat.registry.module.ModuleCatalog;
import dev.leat.registry.module.ModuleExchange;
import dev.leat.registry.module.ModuleStore;
import dev.leat.registry.module.OfferStore;
import dev.leat.registry.module.PublishModule;
import dev.leat.registry.permission.PermissionStore;
import dev.leat.registry.permission.PermitFunction;
import dev.leat.registry.release.MoveTraffic;
import dev.leat.registry.release.NameVersions;
import dev.leat.registry.release.Rollouts;
import dev.leat.registry.route.RoutingTable;
import dev.leat.registry.trust.DrainedModules;
import dev.leat.registry.trust.Policies;
import dev.leat.registry.trust.PolicyStore;
import dev.leat.store.JdbiLeases;
import dev.leat.tenants.Quotas;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;

/** What may run, and which version answers. */
final class RegistryParts {
  final FunctionStore functionStore;
  final ModuleStore moduleStore;
  final RoutingTable routes;
  final PublisherKeys publisherKeys;
  final Policies policies;
  final ModuleExchange exchange;
  final DrainedModules drained;
  final ModuleCatalog modules;
  final ModuleAnalysis analysis;
  final PublishModule publishing;
  final DeployFunction deploying;
  final FunctionCatalog functions;
  final MoveTraffic traffic;
  final NameVersions naming;
  final Rollouts rollouts;
  final PermitFunction permitting;
  final ReviewCapabilities reviewing;
  final Canaries canaries = new Canaries();
  final CanaryLog canaryLog;
  final ForgetTenant forgetting;
  final CollectAbandoned abandoned;

  RegistryParts(
      DataSource source,
      ModuleParts stored,
      PermissionStore permissionStore,
      UsesLog uses,
      UsesStore usesStore,
      ConnectionStore connectionStore,
      VersionTrial trial,
      Quotas quotas,
      Clock clock) {
    functionStore = new JdbiFunctionStore(stored.database, stored.turns);
    moduleStore = new JdbiModuleStore(stored.database, stored.turns);
    KeyStore keyStore = new JdbiKeyStore(source);
    PolicyStore policyStore = new JdbiPolicyStore(stored.database, stored.turns);
    OfferStore offerStore = new JdbiOfferStore(stored.database, stored.turns);
    exchange = new ModuleExchange(offerStore, quotas, clock);
    policies = new Policies(policyStore, clock);
    drained = new DrainedModules(policyStore);
    routes = new RoutingTable(functionStore, canaries, clock);
    publisherKeys = new PublisherKeys(keyStore, clock);
    CollectModule collector = new CollectModule(moduleStore, stored.blobs, stored.engine::forget);
    abandoned =
        new CollectAbandoned(
            moduleStore,
            collector,
            List.of(stored.blobs::stored, stored.storage.classes()::stored),
            new JdbiLeases(source),
            "modules#" + UUID.randomUUID(),
            clock);
    modules = new ModuleCatalog(moduleStore, stored.blobs, collector, clock);
    analysis = new ModuleAnalysis(modules, stored.engine);
    publishing =
        new PublishModule(
            moduleStore,
            stored.blobs,
            collector,
            keyStore,
            policyStore,
            stored.engine::inspectAndCompile,
            quotas,
            clock,
            ModuleLimits.DEFAULT.moduleBytes());
    deploying =
        new DeployFunction(
            functionStore,
            moduleStore,
            policyStore,
            modules,
            stored.engine::inspectAccepted,
            trial,
            quotas,
            clock);
    functions = new FunctionCatalog(functionStore, clock);
    traffic = new MoveTraffic(functionStore, functions, clock);
    SampleStore samples = new JdbiSampleStore(stored.database);
    canaryLog = new CanaryLog(canaries, samples, UUID.randomUUID().toString());
    rollouts = new Rollouts(functionStore, samples, functions, traffic, clock);
    naming = new NameVersions(functionStore, functions, clock);
    permitting = new PermitFunction(permissionStore, functions, quotas, clock);
    reviewing = new ReviewCapabilities(uses, usesStore, functions, clock);
    forgetting =
        new ForgetTenant(
            new JdbiClosingStore(stored.turns),
            keyStore,
            policyStore,
            offerStore,
            functionStore,
            permissionStore,
            connectionStore,
            moduleStore,
            collector,
            trial);
  }

  boolean isDeployed(FunctionRef function) {
    return routes.find(function.tenant().value(), function.name().value()) != null;
  }
}
