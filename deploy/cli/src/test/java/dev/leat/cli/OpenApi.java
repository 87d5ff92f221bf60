package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The control plane's own description, of which answers are made and against which bodies go. */
final class OpenApi {
  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

  private final JsonNode document;
  private final List<Operation> operations = new ArrayList<>();

  private OpenApi(JsonNode document) {
    this.document = document;
    document
        .path("paths")
        .properties()
        .forEach(path -> {
          Pattern pattern = Pattern.compile(path.getKey().replaceAll("\\{[a-z]+}", "[^/]+"));
          path.getValue()
              .properties()
              .forEach(method -> {
                if (method.getValue().has("operationId")) {
                  operations.add(new Operation(method.getKey(), pattern, method.getValue()));
                }
              });
        });
  }

  static OpenApi load() {
    try (InputStream in = OpenApi.class.getResourceAsStream("/dev/leat/gateway/openapi.yaml")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return new OpenApi(Yaml.parse("openapi.yaml", text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Optional<Operation> find(String method, String path) {
    return operations.stream()
        .filter(it -> it.method.equalsIgnoreCase(method) && it.path.matcher(path).matches())
        .findFirst();
  }

  /** One operation. */
  final class Operation {
    private final String method;
    private final Pattern path;
    private final JsonNode description;

    private Operation(String method, Pattern path, JsonNode description) {
      this.method = method;
      this.path = path;
      this.description = description;
    }

    String id() {
      return description.path("operationId").asText();
    }

    /** What is wrong with a JSON body; empty for none. */
    String problems(JsonNode body) {
      JsonNode schema = description.at("/requestBody/content/application~1json/schema");
      ObjectNode root = Json.object();
      root.set("allOf", Json.object().arrayNode().add(schema));
      root.set("components", document.path("components"));
      JsonSchema validator = SCHEMAS.getSchema(root);
      return validator.validate(body).stream()
          .map(ValidationMessage::getMessage)
          .collect(Collectors.joining("; "));
    }

    int status() {
      return description.path("responses").properties().stream()
          .map(response -> response.getKey())
          .filter(status -> status.startsWith("2"))
          .map(Integer::parseInt)
          .findFirst()
          .orElseThrow();
    }

    /** The example of the body, or nothing if there is no body. */
    Optional<JsonNode> example() {
      JsonNode media =
          resolve(description.path("responses").path(String.valueOf(status())))
              .path("content")
              .path("application/json");
      return media.has("example")
          ? Optional.of(media.path("example"))
          : Optional.of(resolve(media.path("schema")).at("/examples/0"))
              .filter(example -> !example.isMissingNode());
    }

    private JsonNode resolve(JsonNode node) {
      return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
    }
  }
}
