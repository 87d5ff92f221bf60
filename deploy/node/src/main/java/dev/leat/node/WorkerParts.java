package dev.leat.node;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import dev.leat.contract.permission.PermissionSource;
import dev.leat.contract.trace.Tracing;
import dev.leat.invocations.InvocationLogs;
import dev.leat.registry.loglevel.LogLevels;
import dev.leat.worker.HostPowers;
import dev.leat.worker.TracedWorker;
import dev.leat.worker.Worker;
import dev.leat.worker.WorkerConfig;
import dev.leat.worker.capability.PermissionDenials;
import dev.leat.worker.capability.Powers;
import dev.leat.worker.capability.database.DatabasePower;
import dev.leat.worker.capability.http.HttpPower;
import dev.leat.worker.capability.keyvalue.KeyValuePower;
import dev.leat.worker.capability.logging.GuestLogs;
import dev.leat.worker.capability.logging.Slf4jGuestLog;
import dev.leat.worker.capability.metrics.GuestMetrics;
import dev.leat.worker.capability.secret.SecretsPower;
import java.time.Clock;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What runs functions. A node without the role worker has it too, for the trials of deployments,
 * and no call is placed on it.
 */
final class WorkerParts {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerParts.class);

  final GuestLogs guestLogs;
  final GuestMetrics guestMetrics;
  final Powers powers;
  final Worker worker;

  /** The worker, as calls come to it. */
  final Invoker calls;

  final WorkerTrial trial;

  /**
   * @param permissions what each function may ask of the host
   * @param denials told of what guests were denied
   * @param keyValues what they keep between invocations
   * @param http how they send requests
   * @param secrets what they are told
   * @param databases those that they reach
   * @param kept how many idle instances of a version are kept here
   * @param ended told of each invocation that ended here; must not wait
   * @param logs what guests write
   * @param tracing keeps the spans of calls
   */
  WorkerParts(
      WorkerConfig config,
      ModuleParts modules,
      PermissionSource permissions,
      PermissionDenials denials,
      KeyValuePower keyValues,
      HttpPower http,
      SecretsPower secrets,
      DatabasePower databases,
      Predicate<FunctionRef> isDeployed,
      ToIntFunction<FunctionVersion> kept,
      BiConsumer<Invocation, Outcome> ended,
      InvocationLogs logs,
      LogLevels levels,
      Tracing tracing) {
    guestLogs =
        new GuestLogs(new KeptGuestLog(new Slf4jGuestLog(), logs, levels), System::nanoTime);
    guestMetrics = new GuestMetrics(isDeployed);
    powers =
        HostPowers.of(
            guestLogs,
            guestMetrics,
            keyValues,
            http,
            secrets,
            databases,
            Clock.systemUTC(),
            permissions,
            denials);
    worker = new Worker(config, modules::load, modules::bytes, powers, ended, kept);
    calls = tracing.equals(Tracing.OFF) ? worker : new TracedWorker(worker, tracing);
    trial = new WorkerTrial(worker);
  }

  /** Compiles a version and makes its first instance, before it is called. */
  void prewarm(FunctionVersion version) {
    var unused =
        worker
            .prewarm(version)
            .exceptionally(failure -> {
              LOG.debug(
                  "A version cannot be prepared version={} cause={}", version, failure.toString());
              return null;
            });
  }
}
