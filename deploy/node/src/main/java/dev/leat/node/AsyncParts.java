package dev.leat.node;

import dev.leat.contract.Allowance;
import dev.leat.contract.Allowances;
import dev.leat.contract.Answer;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Headers;
import dev.leat.contract.Invoker;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.contract.VersionRef;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.contract.trace.Tracing;
import dev.leat.gateway.http.RequestIds;
import dev.leat.gateway.invocation.AsyncAcceptance;
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.Accepting;
import dev.leat.invocations.async.AsyncFunctions;
import dev.leat.invocations.async.AsyncFunctions.AsyncFunction;
import dev.leat.invocations.async.AsyncInvocations;
import dev.leat.invocations.async.AsyncRunner;
import dev.leat.invocations.async.AsyncStore;
import dev.leat.invocations.async.AsyncStore.Backlog;
import dev.leat.invocations.async.AsyncStore.Backlogs;
import dev.leat.invocations.async.BodiesAhead;
import dev.leat.invocations.async.Callbacks;
import dev.leat.invocations.async.DeadLetters;
import dev.leat.invocations.async.DiscardedBodies;
import dev.leat.invocations.async.KeyedCalls;
import dev.leat.invocations.async.NewInvocation;
import dev.leat.invocations.async.Places;
import dev.leat.invocations.async.Pressure;
import dev.leat.invocations.async.RunnerConfig;
import dev.leat.invocations.async.TracedRuns;
import dev.leat.invocations.jdbi.JdbiAsyncStore;
import dev.leat.invocations.jdbi.JdbiCallbackStore;
import dev.leat.invocations.jdbi.JdbiDeadLetterStore;
import dev.leat.invocations.jdbi.JdbiKeyedCallStore;
import dev.leat.invocations.jdbi.JdbiScheduleStore;
import dev.leat.invocations.jdbi.LargeBodies;
import dev.leat.invocations.schedule.FireSchedules;
import dev.leat.invocations.schedule.ScheduleStore;
import dev.leat.invocations.schedule.ScheduledFunctions;
import dev.leat.invocations.schedule.Schedules;
import dev.leat.registry.route.Route;
import dev.leat.registry.route.Route.Target;
import dev.leat.registry.route.RoutingTable;
import dev.leat.store.FairPlaces;
import dev.leat.store.JdbiLeases;
import dev.leat.store.Leases;
import dev.leat.store.WakeUp;
import dev.leat.store.blob.Blobs;
import dev.leat.tenants.Admission;
import dev.leat.tenants.QuotaGate;
import dev.leat.tenants.QuotaScope;
import dev.leat.tenants.Tenants;
import dev.leat.worker.Worker;
import dev.leat.worker.WorkerConfig;
import dev.leat.worker.capability.http.OutboundHttp;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Asynchronous invocations, on a node that is a gateway: accepted, run, and asked for. */
final class AsyncParts {
  /** The power without which a tenant sends nothing. */
  private static final String HTTP = "http";

  /** Others are told at most so often that there is more than this node runs. */
  private static final Duration OTHERS_EVERY = Duration.ofMillis(100);

  final AsyncStore store;
  final AsyncRunner runner;
  final Accepting accepting;
  final AsyncInvocations invocations;
  final DeadLetters deadLetters;
  final ScheduleStore scheduleStore;
  final Schedules schedules;
  final FireSchedules firing;

  private final DiscardedBodies discarded;

  final Callbacks callbacks;
  final KeyedCalls keyed;

  private final WakeUp others;
  private final OutboundHttp outbound;
  private final Allowances allowances;
  private final AtomicLong toldNanos = new AtomicLong(System.nanoTime());

  /**
   * @param blobs where large bodies are; empty for tables
   * @param isDrained whether a version is not to be run
   * @param invoker where the gateway's calls go
   * @param local this node's worker
   * @param databasePlaces where what tenants have asked of the database is done
   * @param outbound sends callbacks, by the rules of functions' requests
   */
  AsyncParts(
      DataSource source,
      Optional<Blobs> blobs,
      WorkerConfig worker,
      RoutingTable routes,
      Predicate<FunctionVersion> isDrained,
      Tenants tenants,
      QuotaGate quotas,
      Allowances allowances,
      Invoker invoker,
      Worker local,
      WakeUp others,
      Tracing tracing,
      OutboundHttp outbound,
      Callbacks.Keys callbackKeys,
      Executor blocking,
      FairPlaces databasePlaces,
      Clock clock) {
    this.others = others;
    this.outbound = outbound;
    this.allowances = allowances;
    Leases leases = new JdbiLeases(source);
    LargeBodies bodies = new LargeBodies(source, blobs);
    BodiesAhead ahead = new BodiesAhead(bodies, blocking);
    discarded = new DiscardedBodies(bodies, leases, UUID.randomUUID().toString());
    store = new JdbiAsyncStore(source, bodies);
    Backlogs room = tenant -> backlog(allowances.of(tenant));
    AsyncFunctions functions = new RoutedFunctions(routes, isDrained);
    runner =
        new AsyncRunner(
            store,
            ahead,
            room,
            leases,
            functions,
            tracing.equals(Tracing.OFF) ? invoker : new TracedRuns(invoker, tracing),
            new QuotaPlaces(quotas, tenants),
            new RunnerConfig(worker.guestThreads(), worker.waitMax()),
            new WorkerPressure(local),
            blocking,
            () -> ThreadLocalRandom.current().nextLong());
    callbacks =
        new Callbacks(
            new JdbiCallbackStore(source),
            store,
            callbackKeys,
            this::post,
            new OutboundQuotas(quotas, tenants),
            blocking,
            clock,
            System::nanoTime,
            () -> ThreadLocalRandom.current().nextLong());
    keyed =
        new KeyedCalls(new JdbiKeyedCallStore(source), tenants::exists, databasePlaces, blocking);
    accepting = new Accepting(store, ahead, room, tenants::exists, this::accepted);
    invocations = new AsyncInvocations(store, runner::cancel);
    deadLetters = new DeadLetters(new JdbiDeadLetterStore(source), functions, this::accepted);
    scheduleStore = new JdbiScheduleStore(source, leases);
    ScheduledFunctions scheduled = new RoutedSchedules(routes, isDrained, tenants);
    schedules =
        new Schedules(
            scheduleStore, scheduled, allowances, AsyncParts::scheduleId, scheduleStore::now);
    firing =
        new FireSchedules(
            scheduleStore,
            leases,
            UUID.randomUUID().toString(),
            scheduled,
            room,
            RequestIds::fresh,
            this::accepted,
            scheduleStore::now);
  }

  private static String scheduleId() {
    return "s-" + UUID.randomUUID().toString().substring(0, 8);
  }

  private static Backlog backlog(Allowance allowance) {
    return new Backlog(allowance.asyncBacklog(), allowance.asyncBytes());
  }

  /** What gateways hand over. */
  AsyncAcceptance acceptance() {
    return new AsyncAcceptance() {
      @Override
      public void accept(NewInvocation invocation, Consumer<Acceptance> told) {
        accepting.accept(invocation, told);
      }

      @Override
      public boolean mayReach(TenantId tenant, HttpTarget target) {
        return isHttpAllowed(tenant) && outbound.mayReach(tenant, target);
      }
    };
  }

  private boolean isHttpAllowed(TenantId tenant) {
    return allowances.of(tenant).grants().contains(HTTP);
  }

  private Callbacks.Sent post(
      TenantId tenant, String url, Headers fields, byte[] body, Duration patience) {
    HttpTarget target = HttpTarget.of(url).orElse(null);
    if (target == null || !isHttpAllowed(tenant)) {
      return new Callbacks.Sent(0, "the tenant may not send requests");
    }
    int query = url.indexOf('?');
    int fragment = url.indexOf('#');
    String asked = fragment < 0 ? url : url.substring(0, fragment);
    OutboundHttp.Posted posted =
        outbound
            .post(
                tenant,
                target,
                query < 0 || query >= asked.length() ? "" : asked.substring(query),
                fields,
                body,
                patience)
            .join();
    return new Callbacks.Sent(posted.status(), posted.why());
  }

  /** This node looks at once; others, if it has enough to do. */
  private void accepted() {
    runner.wake();
    if (runner.isFull()) {
      long now = System.nanoTime();
      long told = toldNanos.get();
      if (now - told >= OTHERS_EVERY.toNanos() && toldNanos.compareAndSet(told, now)) {
        others.others();
      }
    }
  }

  /** In this order, so that nobody accepts what nobody runs. */
  void start() {
    runner.start();
    callbacks.start();
    accepting.start();
    firing.start();
    discarded.start();
  }

  void close() {
    discarded.close();
    firing.close();
    accepting.close();
    runner.close();
    callbacks.close();
  }

  /** What is deployed, and may be run. */
  private record RoutedFunctions(RoutingTable routes, Predicate<FunctionVersion> isDrained)
      implements AsyncFunctions {
    @Override
    public Optional<AsyncFunction> find(VersionRef ref) {
      return runnable(routes.target(ref));
    }

    @Override
    public Optional<AsyncFunction> find(FunctionRef function, String selector) {
      Route route = routes.find(function.tenant().value(), function.name().value());
      return route == null ? Optional.empty() : runnable(route.target(selector));
    }

    @Override
    public Optional<AsyncFunction> find(FunctionRef function) {
      Route route = routes.find(function.tenant().value(), function.name().value());
      Route.Choice choice = route == null ? null : route.next();
      return choice == null ? Optional.empty() : runnable(choice.target());
    }

    private Optional<AsyncFunction> runnable(@Nullable Target target) {
      return target == null || isDrained.test(target.version())
          ? Optional.empty()
          : Optional.of(new AsyncFunction(target.version(), target.async()));
    }
  }

  /** What is deployed and takes the calls of schedules. */
  private record RoutedSchedules(
      RoutingTable routes, Predicate<FunctionVersion> isDrained, Tenants tenants)
      implements ScheduledFunctions {
    @Override
    public Answer<AsyncFunction> find(FunctionRef function, String selector, int bytes) {
      if (tenants.isSuspended(function.tenant())) {
        return Answer.refused(
            ProblemCode.TENANT_SUSPENDED, "Tenant '%s' is suspended.".formatted(function.tenant()));
      }
      Route route = routes.find(function.tenant().value(), function.name().value());
      if (route == null) {
        return Answer.refused(
            ProblemCode.FUNCTION_NOT_FOUND, "Function '%s' is not deployed.".formatted(function));
      }
      Target target = target(route, selector);
      if (target == null) {
        return Answer.refused(
            ProblemCode.FUNCTION_NOT_FOUND,
            selector.isEmpty()
                ? "No version of function '%s' has traffic.".formatted(function)
                : "Function '%s' has no version or alias '%s'.".formatted(function, selector));
      }
      return callable(target, bytes);
    }

    private static @Nullable Target target(Route route, String selector) {
      if (!selector.isEmpty()) {
        return route.target(selector);
      }
      Route.Choice choice = route.next();
      return choice == null ? null : choice.target();
    }

    private Answer<AsyncFunction> callable(Target target, int bytes) {
      FunctionVersion version = target.version();
      if (isDrained.test(version)) {
        return Answer.refused(
            ProblemCode.MODULE_REVOKED,
            "Version %s of function '%s' is not run any more: its module was revoked."
                .formatted(version.label(), version.function()));
      }
      if (!target.spec().methods().isEmpty() && !target.spec().methods().contains(METHOD)) {
        return Answer.refused(
            ProblemCode.METHOD_NOT_ALLOWED,
            "Function '%s' does not answer %s, with which schedules call."
                .formatted(version.function(), METHOD));
      }
      if (bytes > version.limits().requestBytes()) {
        return Answer.refused(
            ProblemCode.BODY_TOO_LARGE,
            "Function '%s' takes %d bytes at the most, and the schedule has %d."
                .formatted(version.function(), version.limits().requestBytes(), bytes));
      }
      return Answer.done(new AsyncFunction(version, target.async()));
    }

    @Override
    public boolean exists(TenantId tenant) {
      return tenants.exists(tenant);
    }
  }

  /** By the quotas of the tenant and of the function; nothing while the tenant is suspended. */
  private record QuotaPlaces(QuotaGate quotas, Tenants tenants) implements Places {
    @Override
    public boolean isOpen(TenantId tenant) {
      return !tenants.isSuspended(tenant);
    }

    @Override
    public Place enter(FunctionRef function, boolean isRateDue) {
      return switch (isRateDue ? quotas.admit(function) : quotas.admitAccepted(function)) {
        case Admission.Admitted admitted -> (Place.Free) admitted::release;
        case Admission.Rejected rejected ->
            new Place.Taken(
                rejected.retryAfter(),
                // Others have taken their part of the rate, and may begin.
                !isRateDue && !(rejected.whose() instanceof QuotaScope.OfFunction));
      };
    }
  }

  /** A callback is one of the requests that its function may send. */
  private record OutboundQuotas(QuotaGate quotas, Tenants tenants) implements Callbacks.Quotas {
    @Override
    public boolean isOpen(TenantId tenant) {
      return !tenants.isSuspended(tenant);
    }

    @Override
    public boolean tryTake(FunctionRef function) {
      return quotas.tryTakeOutbound(function);
    }
  }

  /** By those who wait at this node's worker. */
  private record WorkerPressure(Worker worker) implements Pressure {
    @Override
    public boolean isFull() {
      return worker.waitingForThreads() > 0;
    }

    @Override
    public boolean isCrowded(FunctionVersion version) {
      return worker.isCrowded(version);
    }
  }
}
