package dev.leat.gateway.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.leat.tenants.Access.Right;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The OpenAPI 3.1 document of the control plane, which is the source of its routes. */
final class OpenApiDocument {
  private static final String RESOURCE = "/dev/leat/gateway/openapi.yaml";
  private static final int BODY_MAX_DEFAULT = 65_536;

  private final JsonNode document;

  private OpenApiDocument(JsonNode document) {
    this.document = document;
  }

  static OpenApiDocument load() {
    try (InputStream source =
        Objects.requireNonNull(OpenApiDocument.class.getResourceAsStream(RESOURCE), RESOURCE)) {
      return new OpenApiDocument(new YAMLMapper().readTree(source));
    } catch (IOException e) {
      throw new UncheckedIOException("Reading " + RESOURCE, e);
    }
  }

  byte[] json() {
    try {
      return new ObjectMapper().writeValueAsBytes(document);
    } catch (IOException e) {
      throw new UncheckedIOException("Writing " + RESOURCE, e);
    }
  }

  List<Declared> operations() {
    List<Declared> operations = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        if (!operation.getKey().equals("parameters")) {
          operations.add(declared(operation.getKey(), path.getKey(), operation.getValue()));
        }
      }
    }
    return operations;
  }

  private Declared declared(String method, String path, JsonNode operation) {
    String right = operation.required("x-leat-right").asText();
    List<String> mediaTypes = new ArrayList<>();
    operation.at("/requestBody/content").fieldNames().forEachRemaining(mediaTypes::add);
    JsonNode security = operation.get("security");
    return new Declared(
        operation.required("operationId").asText(),
        method.toUpperCase(java.util.Locale.ROOT),
        path,
        right.equals("NONE") ? Optional.empty() : Optional.of(Right.valueOf(right)),
        security == null || !security.isEmpty(),
        operation.path("x-leat-open-locally").asBoolean(),
        operation.path("x-leat-of-all-functions").asBoolean(),
        operation.path("x-leat-on-every-node").asBoolean(),
        operation.path("x-leat-body-max").asInt(BODY_MAX_DEFAULT),
        List.copyOf(mediaTypes),
        operation.at("/requestBody/required").asBoolean(),
        schema(operation.path("requestBody")));
  }

  private @Nullable BodySchema schema(JsonNode body) {
    JsonNode schema = body.path("content").path("application/json").path("schema");
    return schema.isMissingNode() || body.path("x-leat-own-check").asBoolean()
        ? null
        : BodySchema.of(schema, document);
  }

  /**
   * One operation of the document.
   *
   * @param path with parameters as <code>{tenant}</code>
   * @param right what the caller's roles must give; empty when a valid token is enough
   * @param needsToken false for operations open to everyone
   * @param isOpenLocally whether callers on this host need no token
   * @param isOnEveryNode whether nodes without the role gateway answer it too
   * @param isOfAllFunctions whether tokens that are limited to functions may not
   * @param bodyMax bytes
   * @param mediaTypes of the request body; empty when there is none
   * @param needsBody whether the body may not be left out
   * @param schema of a JSON body; null where there is none, or the operation has a check of its own
   */
  record Declared(
      String id,
      String method,
      String path,
      Optional<Right> right,
      boolean needsToken,
      boolean isOpenLocally,
      boolean isOfAllFunctions,
      boolean isOnEveryNode,
      int bodyMax,
      List<String> mediaTypes,
      boolean needsBody,
      @Nullable BodySchema schema) {}
}
