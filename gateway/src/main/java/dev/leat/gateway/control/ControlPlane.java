package dev.leat.gateway.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.leat.contract.Answer;
import dev.leat.contract.Cancellation;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.gateway.control.OpenApiDocument.Declared;
import dev.leat.gateway.http.BodyContent;
import dev.leat.gateway.http.BodyMemory;
import dev.leat.gateway.http.BodyReader;
import dev.leat.gateway.http.ClientConnection;
import dev.leat.gateway.http.Connections;
import dev.leat.gateway.http.FormContent;
import dev.leat.gateway.http.LocalPeer;
import dev.leat.gateway.http.Problems;
import dev.leat.gateway.http.RequestIds;
import dev.leat.gateway.http.UnreadBody;
import dev.leat.store.StoreFailure;
import dev.leat.tenants.Access;
import dev.leat.tenants.Authentication;
import dev.leat.tenants.Authenticator;
import dev.leat.tenants.Principal;
import dev.leat.tenants.Tenants;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the control plane. Each operation of the OpenAPI document is mounted at its path and goes
 * through the same steps: request id, authenticate, authorise, does the tenant exist, media type,
 * body up to its bound; then it runs on a virtual thread, where it may block.
 */
public final class ControlPlane {
  private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .build();

  private static final Problem FAILED =
      Problem.of(ProblemCode.INTERNAL_ERROR, "The platform failed. Try again later.");

  private static final Problem STORE_AWAY =
      Problem.of(
          ProblemCode.STORE_UNAVAILABLE,
          "The platform's database or disk cannot be used just now. Try again later; look first"
              + " whether it was done after all.");

  /** Names that no tenant has. */
  private static final String OPERATORS = "(operators)";

  private static final String STRANGERS = "(strangers)";

  private static final byte[] NO_BODY = new byte[0];
  private static final Written NO_ROOM =
      Written.refused(
          Problem.of(
              ProblemCode.OVERLOADED,
              "It was done, but the memory for responses is used up. Ask again later."));

  private final OpenApiDocument document = OpenApiDocument.load();
  private final Map<String, Operation> operations;
  private final Authenticator authenticator;
  private final Tenants tenants;
  private final BodyMemory bodies;
  private final Executor blocking;

  /**
   * @param services what the operations work on
   * @param bodies the memory for request bodies
   * @param blocking virtual threads
   * @throws IllegalArgumentException if the document and the operations do not name the same ids
   */
  public ControlPlane(
      ControlServices services, Authenticator authenticator, BodyMemory bodies, Executor blocking) {
    this.operations = operations(services);
    this.authenticator = authenticator;
    this.tenants = services.tenants();
    this.bodies = bodies;
    this.blocking = blocking;
    requireSameIds();
  }

  private Map<String, Operation> operations(ControlServices services) {
    TenantLifecycle lifecycle =
        new TenantLifecycle(services.tenants(), services.forgetting(), services.executions());
    Map<String, Operation> byId = new HashMap<>();
    byId.put("getOpenApi", call -> new Reply.Bytes("application/json", document.json()));
    byId.putAll(
        new PlatformOperations(services.signingKeys(), services.metrics(), services.unready())
            .byId());
    byId.putAll(
        new TenantOperations(services.tenants(), services.quotas(), services.tokens(), lifecycle)
            .byId());
    byId.putAll(
        new ModuleOperations(services.keys(), services.publishing(), services.modules()).byId());
    byId.putAll(new FunctionOperations(services.deploying(), services.functions()).byId());
    byId.putAll(new InvocationOperations(services.executions()).byId());
    return byId;
  }

  private void requireSameIds() {
    Set<String> declared = new HashSet<>();
    document.operations().forEach(operation -> declared.add(operation.id()));
    if (!declared.equals(operations.keySet())) {
      throw new IllegalArgumentException(
          "The OpenAPI document declares " + declared + ", implemented are " + operations.keySet());
    }
  }

  /** A router for one event loop. */
  public Router router(Vertx vertx, Connections connections) {
    Router router = Router.router(vertx);
    for (Declared declared : document.operations()) {
      Operation operation = Objects.requireNonNull(operations.get(declared.id()));
      router
          .route(HttpMethod.valueOf(declared.method()), routePath(declared.path()))
          .handler(context -> new Exchange(declared, operation, context, connections).begin());
    }
    allowedMethods()
        .forEach((path, methods) ->
            router
                .route(routePath(path))
                .handler(context -> refuseMethod(context, connections, methods)));
    router.errorHandler(
        404,
        context ->
            refuse(context, connections, ProblemCode.NOT_FOUND, "There is nothing at this path."));
    router.errorHandler(
        400,
        context ->
            refuse(context, connections, ProblemCode.INVALID_REQUEST, "The request is malformed."));
    router.errorHandler(
        500,
        context -> {
          LOG.error("A control-plane request failed", context.failure());
          refuse(context, connections, FAILED.code(), FAILED.detail());
        });
    return router;
  }

  private static String routePath(String declared) {
    return declared.replace("{", ":").replace("}", "");
  }

  /** The methods of each path, as the field {@code Allow} lists them. */
  private Map<String, String> allowedMethods() {
    Map<String, String> byPath = new TreeMap<>();
    document
        .operations()
        .forEach(operation ->
            byPath.merge(operation.path(), operation.method(), (some, one) -> some + ", " + one));
    return byPath;
  }

  private static void refuseMethod(
      RoutingContext context, Connections connections, String allowed) {
    context.response().putHeader("allow", allowed);
    refuse(
        context,
        connections,
        ProblemCode.METHOD_NOT_ALLOWED,
        "The path answers " + allowed + ", not this method.");
  }

  private static void refuse(
      RoutingContext context, Connections connections, ProblemCode code, String detail) {
    HttpServerRequest request = context.request();
    UnreadBody.drop(request, connections);
    Problems.write(
        context.response(),
        Problem.of(code, detail),
        RequestIds.of(request.getHeader("x-request-id")),
        request.path());
  }

  /** One request on its way. */
  private final class Exchange {
    private final Declared declared;
    private final Operation operation;
    private final RoutingContext context;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final String requestId;
    private final Connections connections;
    private @Nullable Principal principal;

    Exchange(
        Declared declared, Operation operation, RoutingContext context, Connections connections) {
      this.connections = connections;
      this.declared = declared;
      this.operation = operation;
      this.context = context;
      this.request = context.request();
      this.response = context.response();
      this.requestId = RequestIds.of(request.getHeader("x-request-id"));
    }

    void begin() {
      Problem refusal = needsToken() ? authenticate() : null;
      refusal = refusal == null ? mediaTypeRefusal() : refusal;
      if (refusal != null) {
        refuse(refusal);
        return;
      }
      MultiMap query = context.queryParams(); // malformed ones end here, in the router's 400
      if (hasControlCharacters(query)) {
        refuse(
            Problem.of(
                ProblemCode.INVALID_REQUEST,
                "The path and the query must have no control characters."));
        return;
      }
      BodyMemory.Reservation memory = bodies.ofControl(holder());
      int expected = BodyReader.expectedBytes(request, declared.bodyMax());
      if (declared.mediaTypes().contains("multipart/form-data")) {
        String contentType = Objects.requireNonNullElse(request.getHeader("content-type"), "");
        read(
            new FormContent(contentType, memory, expected),
            memory,
            parts -> run(query, NO_BODY, parts, memory));
      } else {
        read(
            BodyContent.plain(memory, expected),
            memory,
            body -> run(query, body, Map.of(), memory));
      }
    }

    /** Whose memory the body takes; strangers take none from operators. */
    private String holder() {
      return principal == null
          ? STRANGERS
          : principal.tenant().map(TenantId::value).orElse(OPERATORS);
    }

    private <T> void read(
        BodyContent<T> content, BodyMemory.Reservation memory, Consumer<T> whole) {
      BodyReader<T> reader =
          new BodyReader<>(
              request,
              declared.bodyMax(),
              () -> "This operation takes bodies of up to %d bytes.".formatted(declared.bodyMax()),
              content,
              connections);
      response.exceptionHandler(failure -> {});
      response.closeHandler(closed -> {
        reader.stop();
        memory.close();
      });
      reader.read(answer ->
          guard(
              memory,
              () -> {
                switch (answer) {
                  case Answer.Refused<T>(Problem problem) -> {
                    memory.close();
                    refuse(problem);
                  }
                  case Answer.Done<T>(T body) -> whole.accept(body);
                }
              }));
    }

    /** A token that was sent is looked at even where none is needed. */
    private boolean needsToken() {
      return declared.needsToken()
          && !(declared.isOpenLocally()
              && request.getHeader("authorization") == null
              && LocalPeer.isPeerOf(request));
    }

    /** Stores differ in what they make of such characters; no name has any. */
    private boolean hasControlCharacters(MultiMap query) {
      return Stream.concat(
              context.pathParams().values().stream(),
              query.entries().stream().map(Map.Entry::getValue))
          .anyMatch(text -> text.chars().anyMatch(Character::isISOControl));
    }

    private @Nullable Problem authenticate() {
      return switch (authenticator.authenticate(
          request.getHeader("authorization"), connections.of(request).address())) {
        case Authentication.Refused refused -> Problem.of(refused.code(), refused.detail());
        case Authentication.Authenticated authenticated -> {
          principal = authenticated.principal();
          yield declared
              .right()
              .map(right -> authorise(authenticated.principal(), right))
              .orElse(null);
        }
      };
    }

    private @Nullable Problem authorise(Principal caller, Access.Right right) {
      String name = context.pathParam("tenant");
      Access.Decision decision;
      if (name == null) {
        decision = Access.decide(caller, right);
      } else if (TenantId.isValid(name)) {
        decision = Access.decide(caller, right, new TenantId(name));
      } else {
        decision = Access.Decision.HIDDEN;
      }
      return switch (decision) {
        case ALLOWED -> name == null || tenants.exists(new TenantId(name)) ? null : noSuchTenant();
        case HIDDEN -> noSuchTenant();
        case FORBIDDEN -> Problem.of(ProblemCode.FORBIDDEN, Access.forbidden(caller, right));
      };
    }

    private Problem noSuchTenant() {
      return Problem.of(ProblemCode.NOT_FOUND, "There is no such tenant.");
    }

    private @Nullable Problem mediaTypeRefusal() {
      if (declared.mediaTypes().isEmpty()) {
        return null;
      }
      String contentType = Objects.requireNonNullElse(request.getHeader("content-type"), "");
      int parameters = contentType.indexOf(';');
      String mediaType =
          (parameters < 0 ? contentType : contentType.substring(0, parameters))
              .strip()
              .toLowerCase(java.util.Locale.ROOT);
      return declared.mediaTypes().contains(mediaType)
          ? null
          : Problem.of(
              ProblemCode.UNSUPPORTED_MEDIA_TYPE,
              "The content type must be one of %s.".formatted(declared.mediaTypes()));
    }

    /** The operation holds the body until it is done, whether or not anyone still waits for it. */
    private void run(
        MultiMap query, byte[] body, Map<String, byte[]> parts, BodyMemory.Reservation memory) {
      Cancellation cancellation = new Cancellation();
      response.closeHandler(closed -> cancellation.cancel());
      Call call =
          new Call(
              principal,
              Map.copyOf(context.pathParams()),
              query,
              request.headers(),
              body,
              parts,
              request.authority() == null ? "" : request.scheme() + "://" + request.authority(),
              cancellation);
      var loop = Objects.requireNonNull(Vertx.currentContext());
      blocking.execute(() -> {
        Written reply = written(reply(call));
        Written held = memory.exchange(reply.body().length) ? reply : NO_ROOM;
        loop.runOnContext(here -> guard(memory, () -> write(held, memory)));
      });
    }

    private Reply reply(Call call) {
      try {
        return operation.run(call);
      } catch (StoreFailure e) {
        return new Reply.Refused(storeProblem(e));
      } catch (RuntimeException | Error e) {
        LOG.error("An operation failed operation={} request={}", declared.id(), requestId, e);
        return new Reply.Refused(FAILED);
      }
    }

    private Problem storeProblem(StoreFailure failure) {
      if (failure.isRetryable()) {
        LOG.warn(
            "The store is away operation={} request={} cause={}",
            declared.id(),
            requestId,
            failure.toString());
        return STORE_AWAY;
      }
      LOG.error("An operation failed operation={} request={}", declared.id(), requestId, failure);
      return FAILED;
    }

    /** Takes a step; a defect in it is answered too, else the client would wait for ever. */
    private void guard(BodyMemory.Reservation memory, Runnable step) {
      try {
        step.run();
      } catch (RuntimeException | Error e) {
        LOG.error("A request failed operation={} request={}", declared.id(), requestId, e);
        memory.close();
        refuse(FAILED);
      }
    }

    private void write(Written reply, BodyMemory.Reservation memory) {
      if (response.closed() || response.ended()) {
        memory.close();
        return;
      }
      if (reply.problem() != null) {
        memory.close();
        refuse(reply.problem());
        return;
      }
      reply.headers().forEach(response::putHeader);
      ClientConnection client = connections.of(request);
      client.takesResponse(System.nanoTime());
      var unused =
          response
              .setStatusCode(reply.status())
              .putHeader("x-request-id", requestId)
              .end(Buffer.buffer(reply.body()))
              .onComplete(taken -> {
                client.tookResponse(System.nanoTime());
                memory.close();
              });
    }

    private void refuse(Problem problem) {
      UnreadBody.drop(request, connections);
      Problems.write(response, problem, requestId, request.path());
    }
  }

  private static Written written(Reply reply) {
    return switch (reply) {
      case Reply.Json json ->
          new Written(json.status(), with(json.headers(), "application/json"), bytes(json.value()));
      case Reply.Bytes bytes -> new Written(200, with(Map.of(), bytes.mediaType()), bytes.bytes());
      case Reply.Done _ -> new Written(204, Map.of(), NO_BODY);
      case Reply.Refused(Problem problem) -> Written.refused(problem);
    };
  }

  private static Map<String, String> with(Map<String, String> headers, String contentType) {
    Map<String, String> all = new HashMap<>(headers);
    all.put("content-type", contentType);
    return all;
  }

  private static byte[] bytes(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A reply cannot be written as JSON", e);
    }
  }

  /**
   * A reply as it goes out.
   *
   * @param problem what is answered instead of all else, or null
   */
  private record Written(
      int status, Map<String, String> headers, byte[] body, @Nullable Problem problem) {
    Written(int status, Map<String, String> headers, byte[] body) {
      this(status, headers, body, null);
    }

    static Written refused(Problem problem) {
      return new Written(problem.code().status(), Map.of(), NO_BODY, problem);
    }
  }
}
