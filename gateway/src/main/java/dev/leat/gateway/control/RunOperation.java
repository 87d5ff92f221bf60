package dev.leat.gateway.control;

import dev.leat.audit.Actor;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.trace.Steps;
import dev.leat.contract.trace.Tracing;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import dev.leat.store.ChangeFeed;
import dev.leat.store.StoreFailure;
import dev.leat.tenants.Principal;
import io.vertx.core.http.HttpServerRequest;
import java.time.Instant;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the operation on a virtual thread, where it may block. It holds the body until it is done,
 * whether or not anyone still waits for it; then the reply, if there is memory for it.
 */
final class RunOperation implements Step<ControlExchange> {
  private static final Logger LOG = LoggerFactory.getLogger(RunOperation.class);
  private static final Problem FAILED =
      Problem.of(ProblemCode.INTERNAL_ERROR, "The platform failed. Try again later.");
  private static final Problem STORE_AWAY =
      Problem.of(
          ProblemCode.STORE_UNAVAILABLE,
          "The platform's database or disk cannot be used just now. Try again later; look first"
              + " whether it was done after all.");

  private static final Problem STORE_FULL =
      Problem.of(
          ProblemCode.STORE_UNAVAILABLE,
          "The platform's disk is full, and nothing was done. Try again when its operator has made"
              + " room.");

  private static final Written NO_ROOM =
      Written.refused(
          Problem.of(
              ProblemCode.OVERLOADED,
              "It was done, but the memory for responses is used up. Ask again later."));

  private final Executor blocking;
  private final ChangeFeed changes;
  private final Tracing tracing;

  /**
   * @param blocking virtual threads
   * @param changes brings what an operation changed into this node's memory
   * @param tracing told of the operation's steps
   */
  RunOperation(Executor blocking, ChangeFeed changes, Tracing tracing) {
    this.blocking = blocking;
    this.changes = changes;
    this.tracing = tracing;
  }

  @Override
  public Next take(ControlExchange exchange) {
    HttpServerRequest request = exchange.request();
    Call call =
        new Call(
            exchange.principal(),
            exchange.parameters(),
            exchange.query(),
            request.headers(),
            exchange.body(),
            exchange.json(),
            exchange.parts(),
            request.authority() == null ? "" : request.scheme() + "://" + request.authority(),
            exchange.cancellation(),
            exchange.memory()::exchange);
    blocking.execute(() -> {
      Written reply = written(exchange, call);
      exchange.written(exchange.memory().exchange(reply.body().length) ? reply : NO_ROOM);
      exchange.comeBack();
    });
    return Next.WAIT;
  }

  private Written written(ControlExchange exchange, Call call) {
    try {
      Steps steps = new Steps(tracing, exchange.traceParent());
      Reply reply =
          actor(exchange, call)
              .run(() -> steps.run(() -> exchange.operation().operation().run(call)));
      if (!exchange.declared().method().equals("GET")) {
        // Who is answered finds on this node what was done. If that fails it is done all the
        // same, and found as soon as the database can be read.
        changes.catchUp();
      }
      return Written.of(reply);
    } catch (StoreFailure e) {
      return Written.refused(storeProblem(exchange, e));
    } catch (RuntimeException | Error e) {
      LOG.error(
          "An operation failed operation={} request={}",
          exchange.declared().id(),
          exchange.requestId(),
          e);
      return Written.refused(FAILED);
    }
  }

  private static Actor actor(ControlExchange exchange, Call call) {
    Principal caller = call.principal();
    return new Actor(
        caller == null ? Actor.PLATFORM : caller.subject(), exchange.requestId(), Instant.now());
  }

  /** What failed first. */
  private static Throwable cause(Throwable failure) {
    Throwable first = failure;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    return first;
  }

  private static Problem storeProblem(ControlExchange exchange, StoreFailure failure) {
    String operation = exchange.declared().id();
    if (failure.isRetryable()) {
      LOG.warn(
          "The store is away operation={} request={} cause={}",
          operation,
          exchange.requestId(),
          cause(failure).toString());
      return failure.isFull() ? STORE_FULL : STORE_AWAY;
    }
    LOG.error(
        "An operation failed operation={} request={}", operation, exchange.requestId(), failure);
    return FAILED;
  }
}
