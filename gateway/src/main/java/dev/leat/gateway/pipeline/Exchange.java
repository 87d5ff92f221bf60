package dev.leat.gateway.pipeline;

import dev.leat.contract.Cancellation;
import dev.leat.contract.Excerpt;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.trace.Span;
import dev.leat.contract.trace.SpanAttributes;
import dev.leat.contract.trace.TraceParent;
import dev.leat.gateway.http.BodyMemory;
import dev.leat.gateway.http.BodyMemory.Reservation;
import dev.leat.gateway.http.BodyReader;
import dev.leat.gateway.http.ClientConnection;
import dev.leat.gateway.http.Connections;
import dev.leat.gateway.http.Problems;
import dev.leat.gateway.http.UnreadBody;
import dev.leat.tenants.Principal;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way, with what its steps have found out so far. Confined to its event loop,
 * but for {@link #memory} and {@link #cancellation}. It is itself what goes on ({@link #run}) and
 * what is told that the client has gone ({@link #handle}), so that a request needs no other object
 * for either.
 */
public abstract class Exchange implements Runnable, Handler<Void> {
  // Names made once: one given as text is hashed again for each request or response.
  static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("x-request-id");
  static final CharSequence TRACE_PARENT = HttpHeaders.createOptimized(TraceParent.FIELD);

  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  private static final int PATH_CHARS_MAX = 200;
  private static final Problem FAILED =
      Problem.of(ProblemCode.INTERNAL_ERROR, "The platform failed. Try again later.");
  private static final byte[] NO_BODY = new byte[0];
  private static final Handler<Throwable> IGNORED = failure -> {};

  private final long arrivedNanos = System.nanoTime();
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Connections connections;
  private final Requests requests;
  private int taken;

  private String requestId = "";
  private @Nullable String traceParent;
  private @Nullable ClientConnection client;
  private @Nullable Principal principal;
  private @Nullable Reservation memory;
  private @Nullable Cancellation cancellation;
  private @Nullable BodyReader<?> arriving;
  private byte[] body = NO_BODY;
  private Map<String, byte[]> parts = Map.of();
  private byte[] answer = NO_BODY;
  private @Nullable ProblemCode refused;
  private boolean isEnded;

  /**
   * @param connections of the request's event loop
   * @param requests told of its end
   */
  protected Exchange(HttpServerRequest request, Connections connections, Requests requests) {
    this.request = request;
    this.response = request.response();
    this.connections = connections;
    this.requests = requests;
  }

  /** What the request is for. */
  protected abstract Requests.Kind kind();

  /** The version that it calls, as far as that is known by now; null for none. */
  protected @Nullable FunctionVersion function() {
    return null;
  }

  /** The operation of the control plane that it names; "" for none. */
  protected String operationId() {
    return "";
  }

  /** The word of the ending of what it invoked; "" for nothing. */
  protected String outcomeWord() {
    return "";
  }

  /** Whether the request may only go on with a valid token. */
  protected abstract boolean isTokenNeeded();

  /** A reservation of this memory for the request's bodies; nothing is held yet. */
  protected abstract Reservation reservation(BodyMemory bodies);

  /** The longest body, in bytes. */
  protected abstract long bodyMax();

  /** What a client is told whose body is longer. */
  protected abstract String bodyTooLarge();

  /** Whether the body is a form, which is read as its parts. */
  protected boolean isForm() {
    return false;
  }

  public HttpServerRequest request() {
    return request;
  }

  public HttpServerResponse response() {
    return response;
  }

  /** The request's path as sent; "" when it has none. */
  public String path() {
    return Objects.requireNonNullElse(request.path(), "");
  }

  /** Since the request's head was read. */
  public long elapsedNanos() {
    return System.nanoTime() - arrivedNanos;
  }

  /** "" until a step has given it. */
  public String requestId() {
    return requestId;
  }

  void requestId(String id) {
    requestId = id;
  }

  /** The trace that the request belongs to, with a span of this request's own; null for none. */
  public @Nullable String traceParent() {
    return traceParent;
  }

  void traceParent(@Nullable String field) {
    traceParent = field;
  }

  public ClientConnection client() {
    return Objects.requireNonNull(client, "the connection is looked up first");
  }

  void client(ClientConnection connection) {
    client = connection;
  }

  /** Who asks; null where nobody had to say. */
  public @Nullable Principal principal() {
    return principal;
  }

  void principal(Principal caller) {
    principal = caller;
  }

  /** What the request's bodies hold. Safe for several threads. */
  public Reservation memory() {
    return Objects.requireNonNull(memory, "memory is reserved first");
  }

  /** Told when the client goes before it is answered. Safe for several threads. */
  public Cancellation cancellation() {
    return Objects.requireNonNull(cancellation, "what a request waits for comes after its memory");
  }

  /** From here on the request holds something, and gives it back at its end or its client's. */
  void hold(Reservation reserved) {
    memory = reserved;
    cancellation = new Cancellation();
    response.exceptionHandler(IGNORED);
    response.closeHandler(this);
  }

  /** The whole body; empty for a form, and where there is none. */
  public byte[] body() {
    return body;
  }

  void body(byte[] whole) {
    body = whole;
  }

  /** A form's parts by their names. */
  public Map<String, byte[]> parts() {
    return parts;
  }

  void parts(Map<String, byte[]> whole) {
    parts = whole;
  }

  /** A body is arriving, until this is called with null. */
  void arriving(@Nullable BodyReader<?> reader) {
    arriving = reader;
  }

  Connections connections() {
    return connections;
  }

  /** What {@link SendAnswer} sends; status and fields are set at the response. */
  public void answer(byte[] whole) {
    answer = whole;
  }

  byte[] answer() {
    return answer;
  }

  /** Answers with the problem, and gives back what the request holds. */
  public final Next refuse(ProblemCode code, String detail) {
    return refuse(Problem.of(code, detail));
  }

  /** Answers with the problem, and gives back what the request holds. */
  public final Next refuse(Problem problem) {
    giveBack();
    UnreadBody.drop(request, connections);
    addTrace();
    refused = problem.code();
    end(isGone() ? 0 : problem.code().status());
    Problems.write(response, problem, requestId, path());
    return Next.ANSWERED;
  }

  /** The answer is about to be sent; that is told once, so that whoever has it finds it counted. */
  final void end(int status) {
    if (!isEnded) {
      isEnded = true;
      requests.ended(this, status);
    }
  }

  /** What the request's span is called; "" while that is not known. */
  protected abstract String spanName();

  /** Adds what the request's span says besides. */
  protected void describe(Map<String, Object> attributes) {}

  final Span toSpan(String context, int status) {
    Map<String, Object> attributes = new HashMap<>();
    attributes.put(SpanAttributes.HTTP_METHOD, Excerpt.of(request.method().name()));
    attributes.put(SpanAttributes.PATH, Excerpt.of(path(), PATH_CHARS_MAX));
    attributes.put(SpanAttributes.INVOCATION, requestId);
    if (status > 0) {
      attributes.put(SpanAttributes.HTTP_STATUS, (long) status);
    }
    describe(attributes);
    String error = toEnded(status).error().orElse(null);
    if (error != null) {
      attributes.put(SpanAttributes.ERROR, error);
    }
    String inbound = request.getHeader(TRACE_PARENT);
    String name = spanName();
    return new Span(
        context,
        TraceParent.isValid(inbound) ? inbound : null,
        name.isEmpty() ? "request" : name,
        Span.Kind.SERVER,
        arrivedNanos,
        System.nanoTime(),
        attributes,
        isCallersFault(status) ? null : error);
  }

  /** What a caller has done wrong is no error of the span (OpenTelemetry's HTTP conventions). */
  private static boolean isCallersFault(int status) {
    return status >= 400 && status < 500;
  }

  final EndedRequest toEnded(int status) {
    return new EndedRequest(
        requestId,
        request.method().name(),
        path(),
        status,
        answer.length,
        elapsedNanos(),
        traceParent,
        principal == null ? null : principal.subject(),
        client == null ? "" : client.address(),
        function(),
        operationId(),
        refused,
        outcomeWord());
  }

  final void addTrace() {
    if (traceParent != null) {
      response.headers().add(TRACE_PARENT, traceParent);
    }
  }

  /** Gives back all that the request holds. Further calls do nothing. */
  public void giveBack() {
    if (memory != null) {
      memory.close();
    }
  }

  /** Whether nobody waits for an answer any more. */
  final boolean isGone() {
    return response.closed() || response.ended();
  }

  /** The index of the step to take now. */
  final int advance() {
    return taken++;
  }

  /** A step threw; that is answered too, else the client would wait for ever. */
  final void fail(Throwable defect) {
    LOG.error("A request failed request={} step={}", requestId, taken, defect);
    giveBack();
    if (!response.ended()) {
      response.headers().clear();
      refuse(FAILED);
    }
  }

  /**
   * The client has gone before it was answered. A body that was arriving is let go of; what already
   * works for the request is told, and gives back what it holds when it ends.
   */
  @Override
  public final void handle(Void closed) {
    if (arriving != null) {
      arriving.stop();
      giveBack();
    }
    end(0);
    cancellation().cancel();
  }
}
