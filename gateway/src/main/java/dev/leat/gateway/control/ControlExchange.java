package dev.leat.gateway.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.TenantId;
import dev.leat.gateway.http.BodyMemory;
import dev.leat.gateway.http.BodyMemory.Reservation;
import dev.leat.gateway.http.Connections;
import dev.leat.gateway.http.LocalPeer;
import dev.leat.gateway.pipeline.Exchange;
import dev.leat.gateway.pipeline.Pipeline;
import dev.leat.gateway.pipeline.Requests;
import dev.leat.tenants.Principal;
import io.vertx.core.Context;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A request to the control plane on its way. It holds memory alone. */
final class ControlExchange extends Exchange {
  /** Names that no tenant has. */
  private static final String OPERATORS = "(operators)";

  private static final String STRANGERS = "(strangers)";

  private final Pipeline<ControlExchange> pipeline;
  private final Context context;
  private OperationTable.@Nullable Found found;
  private Map<String, String> query = Map.of();
  private @Nullable JsonNode json;
  private @Nullable Written written;

  ControlExchange(
      Pipeline<ControlExchange> pipeline,
      HttpServerRequest request,
      Context context,
      Connections connections,
      Requests requests) {
    super(request, connections, requests);
    this.pipeline = pipeline;
    this.context = context;
  }

  @Override
  public void run() {
    pipeline.goOn(this);
  }

  /** Goes on at the event loop. Called on any thread. */
  void comeBack() {
    context.runOnContext(here -> run());
  }

  void found(OperationTable.Found operation) {
    found = operation;
  }

  private OperationTable.Found found() {
    return Objects.requireNonNull(found, "the operation is looked up first");
  }

  MountedOperation operation() {
    return found().operation();
  }

  OpenApiDocument.Declared declared() {
    return operation().declared();
  }

  /** The path's parameters, decoded. */
  Map<String, String> parameters() {
    return found().parameters();
  }

  /** The first value of each of the query's parameters, decoded. */
  Map<String, String> query() {
    return query;
  }

  void query(Map<String, String> parameters) {
    query = parameters;
  }

  /** The body as JSON, where the document has a schema for it. */
  @Nullable JsonNode json() {
    return json;
  }

  void json(JsonNode body) {
    json = body;
  }

  void written(Written reply) {
    written = reply;
  }

  Written written() {
    return Objects.requireNonNull(written, "the operation runs first");
  }

  @Override
  protected Requests.Kind kind() {
    return Requests.Kind.CONTROL;
  }

  @Override
  protected String operationId() {
    return found == null ? "" : declared().id();
  }

  @Override
  protected String spanName() {
    return operationId();
  }

  /** A token that was sent is looked at even where none is needed. */
  @Override
  protected boolean isTokenNeeded() {
    return declared().needsToken()
        && !(declared().isOpenLocally()
            && request().getHeader(HttpHeaders.AUTHORIZATION) == null
            && LocalPeer.isPeerOf(request()));
  }

  /** Strangers take none of the operators' part. */
  @Override
  protected Reservation reservation(BodyMemory bodies) {
    Principal caller = principal();
    return bodies.ofControl(
        caller == null ? STRANGERS : caller.tenant().map(TenantId::value).orElse(OPERATORS));
  }

  @Override
  protected long bodyMax() {
    return declared().bodyMax();
  }

  @Override
  protected String bodyTooLarge() {
    return "This operation takes bodies of up to %d bytes.".formatted(bodyMax());
  }

  @Override
  protected boolean isForm() {
    return declared().mediaTypes().contains("multipart/form-data");
  }
}
