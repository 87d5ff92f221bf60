package dev.leat.gateway.control;

import dev.leat.audit.AuditLog;
import dev.leat.contract.TenantId;
import dev.leat.gateway.control.reply.MemberReply;
import dev.leat.invocations.ExecutionLog;
import dev.leat.invocations.InvocationLogs;
import dev.leat.invocations.async.AsyncInvocations;
import dev.leat.invocations.async.DeadLetters;
import dev.leat.invocations.schedule.Schedules;
import dev.leat.registry.capability.ReviewCapabilities;
import dev.leat.registry.connection.Connections;
import dev.leat.registry.function.DeployFunction;
import dev.leat.registry.function.FunctionCatalog;
import dev.leat.registry.key.PublisherKeys;
import dev.leat.registry.loglevel.LogLevels;
import dev.leat.registry.module.ModuleAnalysis;
import dev.leat.registry.module.ModuleCatalog;
import dev.leat.registry.module.ModuleExchange;
import dev.leat.registry.module.PublishModule;
import dev.leat.registry.permission.PermitFunction;
import dev.leat.registry.release.MoveTraffic;
import dev.leat.registry.release.NameVersions;
import dev.leat.registry.release.Rollouts;
import dev.leat.registry.trust.Policies;
import dev.leat.store.ChangeFeed;
import dev.leat.tenants.Issuers;
import dev.leat.tenants.Quotas;
import dev.leat.tenants.SigningKeys;
import dev.leat.tenants.Tenants;
import dev.leat.tenants.Tokens;
import dev.leat.tenants.secret.Secrets;
import dev.leat.tenants.usage.UsageLog;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the control plane's operations work on, by the rooms that it comes from.
 *
 * @param changes what operations wait for before they answer
 */
public record ControlServices(
    OfTenants tenants,
    OfRegistry registry,
    OfInvocations invocations,
    AuditLog audit,
    ChangeFeed changes,
    OfNode node) {
  /**
   * Who may call, and what each tenant may have.
   *
   * @param stock what a tenant has of what is kept, by the names of the quotas that limit it;
   *     blocks
   */
  public record OfTenants(
      Tenants tenants,
      Quotas quotas,
      Function<TenantId, Map<String, Long>> stock,
      Tokens tokens,
      Issuers issuers,
      SigningKeys signingKeys,
      Secrets secrets,
      UsageLog usage) {}

  /** What is published and deployed. */
  public record OfRegistry(
      PublisherKeys keys,
      Policies policies,
      PublishModule publishing,
      ModuleCatalog modules,
      ModuleAnalysis analysis,
      ModuleExchange exchange,
      DeployFunction deploying,
      FunctionCatalog functions,
      MoveTraffic traffic,
      NameVersions naming,
      Rollouts rollouts,
      PermitFunction permitting,
      ReviewCapabilities reviewing,
      LogLevels levels,
      Connections connections) {}

  /** What was called. */
  public record OfInvocations(
      ExecutionLog executions,
      InvocationLogs logs,
      AsyncInvocations async,
      DeadLetters deadLetters,
      Schedules schedules) {}

  /**
   * The node itself.
   *
   * @param readiness whether the node should get requests now
   * @param members the nodes of the cluster as this one knows them, by name
   */
  public record OfNode(
      MetricsText metrics,
      Supplier<Readiness> readiness,
      Supplier<List<MemberReply>> members,
      InstantSource clock) {}
}
