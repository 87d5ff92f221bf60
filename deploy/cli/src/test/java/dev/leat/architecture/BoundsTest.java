package dev.leat.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.leat.contract.Limits;
import dev.leat.engine.ModuleLimits;
import dev.leat.gateway.Gateway;
import dev.leat.registry.function.ManifestReader;
import dev.leat.registry.key.PublisherKeys;
import dev.leat.registry.key.Signatures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Bounds that stand in documents too are those of the code. */
class BoundsTest {
  /** Of a multipart body, what is no module: the signature, the boundary, the parts' fields. */
  private static final int FORM_BYTES = 64 << 10;

  @Test
  void openApi_hasTheBoundsOfTheCode() throws IOException {
    JsonNode openApi = openApi();

    assertThat(bodyMax(openApi, "publishModule"))
        .isEqualTo(ModuleLimits.DEFAULT.moduleBytes() + FORM_BYTES);
    assertThat(bodyMax(openApi, "deployFunction")).isEqualTo(ManifestReader.MANIFEST_BYTES_MAX);
    assertThat(openApi.findValues("signature"))
        .extracting(signature -> signature.path("maxLength").asInt())
        .contains(Signatures.JWS_CHARS_MAX);
    assertThat(bodyMax(openApi, "registerKey")).isGreaterThan(PublisherKeys.JWK_CHARS_MAX);
  }

  @Test
  void manifestSchema_hasTheLargestBody() throws IOException {
    String schema = Files.readString(Path.of("../../docs/leat.schema.json"));

    assertThat(schema).contains("\"0 to %dMi.\"".formatted(Limits.BODY_BYTES_MAX >> 20));
  }

  private static int bodyMax(JsonNode openApi, String operation) {
    for (JsonNode path : openApi.path("paths")) {
      for (JsonNode method : path) {
        if (method.path("operationId").asText().equals(operation)) {
          return method.path("x-leat-body-max").asInt();
        }
      }
    }
    throw new AssertionError("There is no operation " + operation);
  }

  private static JsonNode openApi() throws IOException {
    try (InputStream in = Gateway.class.getResourceAsStream("openapi.yaml")) {
      return new YAMLMapper().readTree(Objects.requireNonNull(in));
    }
  }
}
