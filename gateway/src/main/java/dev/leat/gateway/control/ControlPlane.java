package dev.leat.gateway.control;

import static dev.leat.gateway.pipeline.NamedStep.step;

import dev.leat.contract.trace.Tracing;
import dev.leat.gateway.http.BodyMemory;
import dev.leat.gateway.http.Connections;
import dev.leat.gateway.pipeline.Authenticate;
import dev.leat.gateway.pipeline.ContinueTrace;
import dev.leat.gateway.pipeline.FindConnection;
import dev.leat.gateway.pipeline.GiveRequestId;
import dev.leat.gateway.pipeline.NamedStep;
import dev.leat.gateway.pipeline.Pipeline;
import dev.leat.gateway.pipeline.ReadBody;
import dev.leat.gateway.pipeline.Requests;
import dev.leat.gateway.pipeline.RequireHost;
import dev.leat.gateway.pipeline.ReserveMemory;
import dev.leat.gateway.pipeline.SendAnswer;
import dev.leat.tenants.Authenticator;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Serves the operations of the OpenAPI document. All of them take the same steps, on the request's
 * event loop; the operation itself runs on a virtual thread, where it may block.
 */
public final class ControlPlane {
  private final Pipeline<ControlExchange> pipeline;
  private final ControlServices services;
  private final Executor blocking;
  private final AtomicBoolean isBegun = new AtomicBoolean();
  private final CompletableFuture<OperationTable> operations = new CompletableFuture<>();

  /**
   * @param isGateway whether all operations are served; else those that every node has
   * @param services what the operations work on
   * @param bodies the memory for bodies
   * @param blocking virtual threads
   * @param tracing keeps the spans of requests and of their steps
   */
  public ControlPlane(
      boolean isGateway,
      ControlServices services,
      Authenticator authenticator,
      BodyMemory bodies,
      Executor blocking,
      Tracing tracing) {
    this.services = services;
    this.blocking = blocking;
    this.pipeline =
        new Pipeline<>(
            List.of(
                step("request-id", "every answer names it, refusals too", new GiveRequestId()),
                step(
                    "trace",
                    "every answer carries it on, refusals too",
                    new ContinueTrace(tracing)),
                step("connection", "its address and its pace count from now", new FindConnection()),
                step("host", "no cache or proxy may take it for another", new RequireHost()),
                step(
                    "operation",
                    "it says what else is asked for",
                    new FindOperation(operations::join, isGateway)),
                step(
                    "authenticate",
                    "before any of what exists is told",
                    new Authenticate(authenticator)),
                step(
                    "rate",
                    "over it, nothing is read or written",
                    new AdmitByRate(services.tenants().quotas().gate())),
                step(
                    "authorise",
                    "before any of what exists is told",
                    new AuthoriseOperation(
                        services.tenants().tenants(), services.audit().denials())),
                step("media-type", "cheap, so before a body is read", new CheckMediaType()),
                step("parameters", "cheap, so before a body is read", new ReadParameters()),
                step("memory", "no byte is read that has no room", new ReserveMemory(bodies)),
                step("body", "last, since only it waits for the client", new ReadBody()),
                step(
                    "validate", "an operation sees only what the document allows", new CheckBody()),
                step(
                    "run",
                    "all that can refuse has been asked",
                    new RunOperation(blocking, services.changes(), tracing)),
                step("reply", "every ending has its response or problem", new TellReply()),
                step("answer", "memory is held until the client has it", new SendAnswer())));
  }

  /**
   * Begins to read the OpenAPI document, which takes a third of a second of a start: beside what
   * else is started. Never blocks.
   */
  public void prepare() {
    if (isBegun.compareAndSet(false, true)) {
      operations.completeAsync(this::table, blocking);
    }
  }

  /**
   * Before the first request: returns when it can be taken.
   *
   * @throws IllegalStateException if the document and the operations do not name the same ids
   */
  public void start() {
    prepare();
    try {
      operations.join();
    } catch (CompletionException e) {
      throw new IllegalStateException("The OpenAPI document cannot be served", e.getCause());
    }
  }

  private OperationTable table() {
    OpenApiDocument document = OpenApiDocument.load();
    return new OperationTable(document.operations(), byId(document));
  }

  private Map<String, Operation> byId(OpenApiDocument document) {
    Map<String, Operation> byId = new HashMap<>();
    byId.put("getOpenApi", call -> new Reply.Bytes("application/json", document.json()));
    byId.putAll(new PlatformOperations(services.node()).byId());
    byId.putAll(new AuditOperations(services.audit()).byId());
    addTenants(services.tenants(), byId);
    addRegistry(services.registry(), byId);
    addInvocations(services.invocations(), byId);
    return byId;
  }

  private void addTenants(ControlServices.OfTenants of, Map<String, Operation> byId) {
    byId.putAll(new TenantOperations(of.tenants(), of.quotas()).byId());
    byId.putAll(
        new QuotaOperations(of.quotas(), services.registry().functions(), of.stock()).byId());
    byId.putAll(new SigningKeyOperations(of.signingKeys()).byId());
    byId.putAll(new TokenOperations(of.tokens()).byId());
    byId.putAll(new IssuerOperations(of.issuers()).byId());
    byId.putAll(new SecretOperations(of.secrets()).byId());
    InstantSource clock = services.node().clock();
    Invoices invoices = new Invoices(of.tenants(), of.usage(), of.signingKeys(), clock);
    byId.putAll(new UsageOperations(of.usage(), invoices, clock).byId());
  }

  private void addRegistry(ControlServices.OfRegistry of, Map<String, Operation> byId) {
    byId.putAll(
        new ModuleOperations(of.keys(), of.publishing(), of.modules(), of.analysis()).byId());
    byId.putAll(new TrustOperations(of.keys(), of.policies()).byId());
    byId.putAll(new ExchangeOperations(of.exchange(), of.modules(), of.policies()).byId());
    byId.putAll(
        new FunctionOperations(
                of.deploying(),
                of.functions(),
                of.permitting(),
                services.tenants().secrets(),
                of.connections())
            .byId());
    byId.putAll(new ReleaseOperations(of.traffic(), of.naming()).byId());
    byId.putAll(new RolloutOperations(of.rollouts()).byId());
    byId.putAll(new PermissionOperations(of.permitting(), of.reviewing()).byId());
    byId.putAll(new LogLevelOperations(of.functions(), of.levels()).byId());
    byId.putAll(new ConnectionOperations(of.connections()).byId());
  }

  private static void addInvocations(
      ControlServices.OfInvocations of, Map<String, Operation> byId) {
    byId.putAll(new InvocationOperations(of.executions(), of.logs(), of.async()).byId());
    byId.putAll(new DeadLetterOperations(of.deadLetters(), of.logs()).byId());
    byId.putAll(new ScheduleOperations(of.schedules()).byId());
  }

  /** What takes the requests of one event loop. */
  public Handler<HttpServerRequest> on(
      Context context, Connections connections, Requests requests) {
    return request -> new ControlExchange(pipeline, request, context, connections, requests).run();
  }

  /** The steps in order, as docs/ARCHITECTURE.md lists them. */
  public List<? extends NamedStep<?>> steps() {
    return pipeline.steps();
  }
}
