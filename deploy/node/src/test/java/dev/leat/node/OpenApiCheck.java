package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Holds the control plane's traffic to its OpenAPI document: every answer is one that the document
 * describes, and no request is accepted that it does not allow. Remembers which operations were
 * done.
 */
final class OpenApiCheck {
  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

  private static final Pattern CLASS_NAME =
      Pattern.compile("\\b(dev\\.leat|java|com\\.fasterxml)\\.");

  private final JsonNode document = load();
  private final List<Operation> operations = new ArrayList<>();
  private final Set<String> done = ConcurrentHashMap.newKeySet();

  OpenApiCheck() {
    for (var path : document.path("paths").properties()) {
      Pattern pattern = Pattern.compile(path.getKey().replaceAll("\\{[a-z]+}", "[^/]+"));
      for (var method : path.getValue().properties()) {
        if (!method.getKey().equals("parameters")) {
          operations.add(new Operation(method.getKey(), path.getKey(), pattern, method.getValue()));
        }
      }
    }
  }

  List<Operation> operations() {
    return operations;
  }

  /** The ids of operations that answered with success. */
  Set<String> done() {
    return done;
  }

  void check(String method, String path, String contentType, byte[] sent, Answered answered) {
    String exchange = method + " " + path + " -> " + answered;
    assertThat(answered.header("x-request-id")).as(exchange).isNotEmpty();
    if (answered.status() >= 400) {
      assertThat(answered.text()).as("names no class").doesNotContainPattern(CLASS_NAME);
    }
    if (answered.header("leat-error-source").equals("function")) {
      return; // a function's own answer, kept for later
    }
    Optional<Operation> found = find(method, path.replaceAll("\\?.*", ""));
    JsonNode response = found.map(it -> response(it, answered.status())).orElse(problem());
    JsonNode content = response.path("content");
    if (content.isMissingNode()) {
      assertThat(answered.body()).as(exchange).isEmpty();
    } else {
      String mediaType = answered.header("content-type");
      assertThat(content.has(mediaType) || content.has("*/*")).as(exchange).isTrue();
      if (content.has(mediaType)
          && mediaType.matches("application/(.*\\+)?json")) { // not JSON lines
        assertThat(violations(content.path(mediaType).path("schema"), answered.json()))
            .as(exchange)
            .isEmpty();
      }
    }
    if (found.isPresent() && answered.status() < 300) {
      done.add(found.get().id());
      response
          .path("headers")
          .fieldNames()
          .forEachRemaining(field ->
              assertThat(answered.header(field)).as(field + " of " + exchange).isNotEmpty());
      checkRequest(found.get(), contentType, sent, exchange);
    }
  }

  private void checkRequest(Operation operation, String contentType, byte[] sent, String exchange) {
    JsonNode body = operation.description().path("requestBody");
    if (sent.length == 0 && !body.path("required").asBoolean()) {
      return; // it may be left out
    }
    JsonNode content = body.path("content");
    String mediaType = contentType.replaceAll(";.*", "");
    if (!content.isMissingNode()) {
      assertThat(content.has(mediaType)).as(exchange).isTrue();
    }
    if (mediaType.equals("application/json")) {
      assertThat(violations(content.path(mediaType).path("schema"), read(sent)))
          .as("accepted: " + exchange)
          .isEmpty();
    }
  }

  private Optional<Operation> find(String method, String path) {
    return operations.stream()
        .filter(it -> it.method().equalsIgnoreCase(method) && it.pattern().matcher(path).matches())
        .findFirst();
  }

  private JsonNode response(Operation operation, int status) {
    JsonNode responses = operation.description().path("responses");
    JsonNode declared = responses.path(String.valueOf(status));
    return resolve(declared.isMissingNode() ? responses.path("default") : declared);
  }

  private JsonNode problem() {
    return document.at("/components/responses/Problem");
  }

  private JsonNode resolve(JsonNode node) {
    return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
  }

  private String violations(JsonNode schema, JsonNode value) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.putArray("allOf").add(schema);
    root.set("components", document.path("components"));
    return String.join(
        "; ", SCHEMAS.getSchema(root).validate(value).stream().map(Object::toString).toList());
  }

  private static JsonNode read(byte[] json) {
    try {
      return new YAMLMapper().readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode load() {
    try (InputStream in =
        OpenApiCheck.class.getResourceAsStream("/dev/leat/gateway/openapi.yaml")) {
      return new YAMLMapper().readTree(Objects.requireNonNull(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One operation of the document. */
  record Operation(String method, String path, Pattern pattern, JsonNode description) {
    String id() {
      return description.path("operationId").asText();
    }

    /** The right that it asks for; NONE for none. */
    String right() {
      return description.path("x-leat-right").asText();
    }

    /** Open to whoever is on the node's host, as these tests are. */
    boolean isOpenLocally() {
      return description.path("x-leat-open-locally").asBoolean();
    }

    boolean isOpen() {
      return description.has("security") && description.path("security").isEmpty();
    }
  }
}
