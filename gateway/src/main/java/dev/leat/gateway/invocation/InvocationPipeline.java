package dev.leat.gateway.invocation;

import static dev.leat.gateway.pipeline.NamedStep.step;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Invoker;
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
import dev.leat.invocations.async.KeyedCalls;
import dev.leat.registry.route.RoutingTable;
import dev.leat.tenants.Authenticator;
import dev.leat.tenants.QuotaGate;
import dev.leat.tenants.Tenants;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * Takes a request for a function from its first byte to its answer. All its steps run on the
 * request's event loop, in memory; only the guest does not.
 */
public final class InvocationPipeline {
  private final Invoker invoker;
  private final Pipeline<InvocationExchange> pipeline;

  /**
   * @param isDrained whether a version is not to be called, since its module is not trusted any
   *     more
   * @param invoker runs what is let through
   * @param accepting takes what is to be run later
   * @param keyed knows the calls that were sent with a key
   * @param waitMax how long an invocation may wait at a worker
   * @param tracing says which trace a request belongs to
   */
  public InvocationPipeline(
      RoutingTable routes,
      Predicate<FunctionVersion> isDrained,
      Authenticator authenticator,
      Tenants tenants,
      QuotaGate quotas,
      BodyMemory bodies,
      Invoker invoker,
      AsyncAcceptance accepting,
      KeyedCalls keyed,
      Duration waitMax,
      Tracing tracing) {
    CallOf calls = new CallOf(authenticator);
    this.invoker = invoker;
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
                step("function", "it says whether a token is needed", new FindFunction(routes)),
                step(
                    "authenticate",
                    "before any of what exists is told",
                    new Authenticate(authenticator)),
                step("authorise", "before any of what exists is told", new AuthoriseInvocation()),
                step("found", "told only to whom it may be told", new RequireFunction()),
                step("tenant", "nothing of it runs, whoever calls", new RefuseSuspended(tenants)),
                step("trust", "nothing drained runs, whoever calls", new RefuseDrained(isDrained)),
                step("method", "what cannot succeed spends no quota", new CheckMethod()),
                step("quota", "over it, no body costs memory", new AdmitByQuota(quotas)),
                step("memory", "no byte is read that has no room", new ReserveMemory(bodies)),
                step("body", "last, since only it waits for the client", new ReadBody()),
                step("still", "a body may take minutes", new RequireTenantStill(tenants)),
                step(
                    "accept",
                    "what is run later is committed first",
                    new AcceptForLater(new TracedAcceptance(accepting, tracing), calls)),
                step("accepted", "whose caller waits goes on", new TellAcceptance()),
                step("key", "the same again is not run again", new ClaimKey(keyed, waitMax)),
                step("known", "whose key is new goes on", new TellFirstAnswer()),
                step("leave", "functions' threads are woken once for many", new LeaveEventLoop()),
                step(
                    "invoke",
                    "all that can refuse has been asked",
                    new Invoke(calls, invoker, waitMax)),
                step("outcome", "every ending has its response or problem", new TellOutcome()),
                step("answer", "memory is held until the client has it", new SendAnswer())));
  }

  /** Whether a request is for a function. */
  public static boolean isFor(HttpServerRequest request) {
    return request.path() != null && request.path().startsWith(InvocationTarget.PREFIX);
  }

  /** What takes the requests of one event loop. */
  public Handler<HttpServerRequest> on(
      Context context, Connections connections, Requests requests) {
    EventLoop loop = new EventLoop(new Handover(context, invoker), connections, requests);
    return request -> new InvocationExchange(pipeline, request, loop).run();
  }

  /** The steps in order, as docs/ARCHITECTURE.md lists them. */
  public List<? extends NamedStep<?>> steps() {
    return pipeline.steps();
  }
}
