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
                    new AdmitByRate(services.quotas().gate())),
                step(
                    "authorise",
                    "before any of what exists is told",
                    new AuthoriseOperation(services.tenants(), services.audit().denials())),
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
    byId.putAll(new PlatformOperations(services).byId());
    byId.putAll(new TenantOperations(services.tenants(), services.quotas()).byId());
    byId.putAll(
        new QuotaOperations(services.quotas(), services.functions(), services.stock()).byId());
    byId.putAll(new SigningKeyOperations(services.signingKeys()).byId());
    byId.putAll(new TokenOperations(services.tokens()).byId());
    byId.putAll(new IssuerOperations(services.issuers()).byId());
    byId.putAll(new SecretOperations(services.secrets()).byId());
    byId.putAll(new ConnectionOperations(services.connections()).byId());
    byId.putAll(
        new ModuleOperations(
                services.keys(), services.publishing(), services.modules(), services.analysis())
            .byId());
    byId.putAll(new TrustOperations(services.keys(), services.policies()).byId());
    byId.putAll(
        new ExchangeOperations(services.exchange(), services.modules(), services.policies())
            .byId());
    byId.putAll(
        new FunctionOperations(
                services.deploying(),
                services.functions(),
                services.permitting(),
                services.secrets(),
                services.connections())
            .byId());
    byId.putAll(new ReleaseOperations(services.traffic(), services.naming()).byId());
    byId.putAll(new RolloutOperations(services.rollouts()).byId());
    byId.putAll(new PermissionOperations(services.permitting(), services.reviewing()).byId());
    byId.putAll(new LogLevelOperations(services.functions(), services.levels()).byId());
    byId.putAll(
        new InvocationOperations(services.executions(), services.logs(), services.async()).byId());
    byId.putAll(new DeadLetterOperations(services.deadLetters(), services.logs()).byId());
    byId.putAll(new AuditOperations(services.audit()).byId());
    Invoices invoices =
        new Invoices(
            services.tenants(), services.usage(), services.signingKeys(), services.clock());
    byId.putAll(new UsageOperations(services.usage(), invoices, services.clock()).byId());
    return byId;
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
