package dev.leat.gateway;

import dev.leat.contract.Answer;
import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Origin;
import dev.leat.contract.Outcome;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.contract.Trigger;
import dev.leat.gateway.http.BodyContent;
import dev.leat.gateway.http.BodyMemory;
import dev.leat.gateway.http.BodyReader;
import dev.leat.gateway.http.ClientConnection;
import dev.leat.gateway.http.Problems;
import dev.leat.gateway.http.RequestIds;
import dev.leat.gateway.http.UnreadBody;
import dev.leat.registry.function.RouteSpec;
import dev.leat.registry.route.Route.Target;
import dev.leat.registry.route.RoutingTable;
import dev.leat.tenants.Access;
import dev.leat.tenants.Admission;
import dev.leat.tenants.Authentication;
import dev.leat.tenants.Authenticator;
import dev.leat.tenants.Principal;
import dev.leat.tenants.QuotaGate;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a request for a function from its first byte to its answer. The steps, in order, with the
 * reason for the order:
 *
 * <ol>
 *   <li>request id and span: every answer carries them, errors too;
 *   <li>look up: in memory, and the version says whether a token is needed at all;
 *   <li>authenticate and authorise: before anything is told of what exists;
 *   <li>method: cheap, and no quota is spent on a request that cannot succeed;
 *   <li>quota: before the body is read, so that a tenant over its quota costs no memory;
 *   <li>body, up to the function's limit and the memory for bodies;
 *   <li>invoke, and answer.
 * </ol>
 *
 * <p>All steps run on the request's event loop; only the guest does not.
 */
public final class InvocationPipeline {
  private static final Logger LOG = LoggerFactory.getLogger(InvocationPipeline.class);

  // Names made once: one given as text is hashed again for each request or response.
  private static final CharSequence FUNCTION_VERSION =
      HttpHeaders.createOptimized("leat-function-version");
  private static final CharSequence SERVER_TIMING = HttpHeaders.createOptimized("server-timing");
  private static final CharSequence FUEL = HttpHeaders.createOptimized("leat-fuel");
  private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("x-request-id");
  private static final CharSequence TRACE_PARENT = HttpHeaders.createOptimized(TraceParent.FIELD);

  private static final byte[] NO_BODY = new byte[0];

  /** What an invocation may take beyond waiting, coming up and running: for the way there. */
  private static final Duration WAY_MAX = Duration.ofSeconds(1);

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final RoutingTable routes;
  private final Authenticator authenticator;
  private final QuotaGate quotas;
  private final BodyMemory bodies;
  private final Invoker invoker;
  private final long waitAndWayNanos;

  /**
   * @param invoker runs what is let through
   * @param waitMax how long an invocation may wait at a worker
   */
  public InvocationPipeline(
      RoutingTable routes,
      Authenticator authenticator,
      QuotaGate quotas,
      BodyMemory bodies,
      Invoker invoker,
      Duration waitMax) {
    this.routes = routes;
    this.authenticator = authenticator;
    this.quotas = quotas;
    this.bodies = bodies;
    this.invoker = invoker;
    this.waitAndWayNanos = waitMax.plus(WAY_MAX).toNanos();
  }

  /** An event loop's way to the functions and back. */
  Handover handover(Context context) {
    return new Handover(context, invoker);
  }

  void handle(HttpServerRequest request, ClientConnection client, EventLoop loop) {
    Exchange exchange = new Exchange(request, client, loop);
    exchange.guard(exchange::begin);
  }

  /** One request on its way. Confined to its event loop. */
  private final class Exchange {
    private final long arrivedNanos = System.nanoTime();
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final String requestId;
    private final @Nullable String traceParent;
    private final ClientConnection client;
    private final EventLoop loop;

    /** Who asks; nobody where no token is needed. */
    private @Nullable Principal caller;

    /** What the request holds; nothing before it was let in. */
    private @Nullable Held held;

    Exchange(HttpServerRequest request, ClientConnection client, EventLoop loop) {
      this.request = request;
      this.client = client;
      this.loop = loop;
      this.response = request.response();
      this.requestId = RequestIds.of(request.getHeader(REQUEST_ID));
      this.traceParent = TraceParent.next(request.getHeader(TRACE_PARENT));
    }

    void begin() {
      InvocationTarget target = InvocationTarget.of(request.path(), routes);
      Target called = target.called();
      if (!target.isPublic()) {
        Problem refusal = authorise(target);
        if (refusal != null) {
          refuse(refusal);
          return;
        }
      }
      if (called == null) {
        refuse(
            ProblemCode.FUNCTION_NOT_FOUND,
            "There is no function at '%s'. 'leat list' shows those of the tenant."
                .formatted(abbreviate(request.path())));
        return;
      }
      FunctionVersion version = called.version();
      RouteSpec spec = called.spec();
      if (!spec.methods().isEmpty() && !spec.methods().contains(request.method().name())) {
        response.putHeader("allow", String.join(", ", spec.methods()));
        refuse(
            ProblemCode.METHOD_NOT_ALLOWED,
            "Function '%s' answers %s, not %s."
                .formatted(
                    version.function(),
                    String.join(", ", spec.methods()),
                    abbreviate(request.method().name())));
        return;
      }
      switch (quotas.admit(version.function().tenant())) {
        case Admission.Rejected rejected -> refuse(rejected);
        case Admission.Admitted admitted -> readBody(target.rest(), called, admitted);
      }
    }

    /** Why the request may not go on, or null. */
    private @Nullable Problem authorise(InvocationTarget target) {
      return switch (authenticator.authenticate(
          request.getHeader(HttpHeaders.AUTHORIZATION), client.address())) {
        case Authentication.Refused refused -> Problem.of(refused.code(), refused.detail());
        case Authentication.Authenticated authenticated -> {
          caller = authenticated.principal();
          if (target.route() == null && !TenantId.isValid(target.tenant())) {
            yield null; // no such tenant can exist, so no function is found
          }
          yield switch (Access.decide(
              authenticated.principal(),
              Access.Right.INVOKE,
              target.route() == null
                  ? new TenantId(target.tenant())
                  : target.route().active().version().function().tenant())) {
            case ALLOWED -> null;
            case HIDDEN ->
                Problem.of(
                    ProblemCode.FUNCTION_NOT_FOUND,
                    "There is no function at '%s'.".formatted(abbreviate(request.path())));
            case FORBIDDEN ->
                Problem.of(
                    ProblemCode.FORBIDDEN,
                    "Calling functions needs the role invoker, developer or tenant-admin.");
          };
        }
      };
    }

    private void readBody(String rest, Target called, Admission.Admitted admitted) {
      FunctionVersion version = called.version();
      long limit = version.limits().requestBytes();
      BodyMemory.Reservation memory = bodies.ofFunctions(version.function().tenant());
      // Set before the body is read, so that whatever comes next gives back what it holds.
      held = new Held(memory, admitted);
      response.exceptionHandler(failure -> {});
      if (!BodyReader.isExpected(request)) {
        invoke(rest, called, NO_BODY);
        return;
      }
      BodyReader<byte[]> reader =
          new BodyReader<>(
              request,
              limit,
              () ->
                  "Function '%s' takes bodies of up to %d bytes. Raise limits.request or send less."
                      .formatted(version, limit),
              BodyContent.plain(memory, BodyReader.expectedBytes(request, limit)),
              loop.connections());
      response.closeHandler(closed -> {
        reader.stop();
        giveBack();
      });
      reader.read(answer ->
          guard(() -> {
            switch (answer) {
              case Answer.Refused<byte[]>(Problem problem) -> refuse(problem);
              case Answer.Done<byte[]>(byte[] body) -> invoke(rest, called, body);
            }
          }));
    }

    /** From here on the call itself holds its body and its place, until it has ended. */
    private void invoke(String rest, Target called, byte[] body) {
      FunctionVersion version = called.version();
      Held ofCall = Objects.requireNonNull(held, "a request is let in before it is invoked");
      Cancellation cancellation = new Cancellation();
      response.closeHandler(closed -> cancellation.cancel());
      Predicate<String> isHidden =
          called.spec().isPublic() ? authenticator::isOfThisInstallation : anyToken -> true;
      HttpCall call =
          new HttpCall(
              request.method().name(),
              rest,
              request.query(),
              RequestHeaders.of(request.headers(), isHidden, traceParent),
              body);
      Invocation invocation =
          new Invocation(requestId, version, call, origin(), deadline(version), null, cancellation);
      Handover handover = loop.handover();
      handover.leave(() ->
          guard(() ->
              invoker.invoke(
                  invocation,
                  outcome -> {
                    Outcome answered = ofCall.ended(outcome);
                    handover.comeBack(() -> guard(() -> answer(version, answered)));
                  })));
    }

    private Origin origin() {
      Principal asking = caller;
      if (asking != null) {
        TenantId tenant = asking.tenant().orElse(null);
        return new Origin(asking.subject(), tenant, Trigger.HTTP, traceParent, 1);
      }
      return traceParent == null
          ? Origin.ANONYMOUS
          : new Origin(null, null, Trigger.HTTP, traceParent, 1);
    }

    /** It may wait, then take its timeout to come up, and again to run. */
    private long deadline(FunctionVersion version) {
      return System.nanoTime() + waitAndWayNanos + 2 * version.limits().timeout().toNanos();
    }

    private void answer(FunctionVersion version, Outcome outcome) {
      if (response.closed() || response.ended()) {
        giveBack();
        return;
      }
      // Added, not put: putting looks for the name first, and none of these can be there.
      response
          .headers()
          .add(FUNCTION_VERSION, version.label())
          .add(SERVER_TIMING, ServerTiming.of(outcome.usage(), System.nanoTime() - arrivedNanos))
          .add(FUEL, Long.toString(outcome.usage().fuel()));
      switch (outcome) {
        case Outcome.Responded responded -> respond(responded);
        case Outcome.Overloaded overloaded -> {
          putRetryAfter(overloaded.retryAfter());
          refuse(OutcomeProblems.of(version, outcome));
        }
        case Outcome.WorkerLost lost -> {
          if (!lost.started()) {
            putRetryAfter(RETRY_AFTER);
          }
          refuse(OutcomeProblems.of(version, outcome));
        }
        case Outcome.GuestFailed _,
            Outcome.Trapped _,
            Outcome.StackExhausted _,
            Outcome.TimedOut _,
            Outcome.FuelExhausted _,
            Outcome.MemoryExceeded _,
            Outcome.ResponseTooLarge _,
            Outcome.Cancelled _,
            Outcome.Unrunnable _ ->
            refuse(OutcomeProblems.of(version, outcome));
      }
    }

    private void respond(Outcome.Responded responded) {
      Headers headers = responded.headers();
      for (int i = 0; i < headers.size(); i++) {
        if (!isPlatformHeader(headers.name(i))) {
          response.headers().add(headers.name(i), headers.value(i));
        }
      }
      addIds();
      if (responded.status() != response.getStatusCode()) {
        response.setStatusCode(responded.status());
      }
      if (responded.status() >= 400) {
        response.putHeader("leat-error-source", "function");
      }
      if (hasNoBody(responded.status()) || responded.body().length == 0) {
        giveBack();
        var unused = response.end();
        return;
      }
      client.takesResponse(System.nanoTime());
      var unused =
          response
              .end(Buffer.buffer(responded.body()))
              .onComplete(taken -> {
                client.tookResponse(System.nanoTime());
                giveBack();
              });
    }

    /** 204 and 304 end at their header fields (RFC 9110, 6.4.1). */
    private static boolean hasNoBody(int status) {
      return status == 204 || status == 304;
    }

    private static boolean isPlatformHeader(String name) {
      return name.regionMatches(true, 0, "leat-", 0, 5)
          || name.equalsIgnoreCase("x-request-id")
          || name.equalsIgnoreCase("server-timing")
          || name.equalsIgnoreCase(TraceParent.FIELD);
    }

    private void addIds() {
      response.headers().add(REQUEST_ID, requestId);
      if (traceParent != null) {
        response.headers().add(TRACE_PARENT, traceParent);
      }
    }

    private void refuse(Admission.Rejected rejected) {
      putRetryAfter(rejected.retryAfter());
      response.putHeader(
          "ratelimit-policy", "\"%s\";q=%d".formatted(rejected.quota(), rejected.limit()));
      response.putHeader(
          "ratelimit",
          "\"%s\";r=0;t=%d".formatted(rejected.quota(), seconds(rejected.retryAfter())));
      refuse(
          ProblemCode.QUOTA_EXCEEDED,
          "The tenant's quota '%s' of %d is used up. Try again later, or ask for a higher quota."
              .formatted(rejected.quota(), rejected.limit()));
    }

    private void putRetryAfter(Duration retryAfter) {
      response.putHeader("retry-after", Long.toString(seconds(retryAfter)));
    }

    /** Whole seconds, rounded up, since that is all that the field can say. */
    private static long seconds(Duration duration) {
      return Math.max(1, duration.plusMillis(999).toSeconds());
    }

    private void refuse(ProblemCode code, String detail) {
      refuse(Problem.of(code, detail));
    }

    private void refuse(Problem problem) {
      addIds();
      giveBack();
      UnreadBody.drop(request, loop.connections());
      Problems.write(response, problem, requestId, request.path());
    }

    private void giveBack() {
      if (held != null) {
        held.close();
      }
    }

    /** Takes a step; a defect in it is answered too, else the client would wait for ever. */
    void guard(Runnable step) {
      try {
        step.run();
      } catch (RuntimeException | Error e) {
        LOG.error("A request failed request={}", requestId, e);
        if (!response.ended()) {
          response.headers().clear();
          refuse(ProblemCode.INTERNAL_ERROR, "The platform failed. Try again later.");
        }
      }
    }

    private static String abbreviate(String text) {
      return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }
  }
}
