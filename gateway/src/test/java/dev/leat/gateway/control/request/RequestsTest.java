package dev.leat.gateway.control.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.leat.contract.Grant;
import dev.leat.documents.StrictJson;
import dev.leat.tenants.AllowedPowers;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each request has the members that its schema in the OpenAPI document has, and no others. */
class RequestsTest {
  @Test
  void request_hasTheMembersOfItsSchema() throws IOException {
    assertThat(members(NewTenant.class)).isEqualTo(members("NewTenant"));
    assertThat(members(NewToken.class)).isEqualTo(members("NewToken"));
    assertThat(members(NewOperatorToken.class)).isEqualTo(members("NewOperatorToken"));
    assertThat(members(NewIssuer.class)).isEqualTo(members("NewIssuer"));
    assertThat(members(Rotation.class)).isEqualTo(members("Rotation"));
    assertThat(members(PowersChange.class)).isEqualTo(members("Powers"));
  }

  @Test
  void powers_areThoseThatThereAre() throws IOException {
    JsonNode allow = schema("Powers").at("/properties/allow");

    assertThat(allow.at("/items/enum"))
        .extracting(JsonNode::asText)
        .containsExactlyInAnyOrderElementsOf(Grant.WORDS);
    assertThat(allow.path("maxItems").asInt()).isEqualTo(Grant.WORDS.size());
  }

  @Test
  void powersChange_withoutAList_isAllPowers() throws IOException {
    assertThat(StrictJson.mapper().readValue("{}", PowersChange.class).powers())
        .isEqualTo(AllowedPowers.ALL);
    assertThat(StrictJson.mapper().readValue("{\"allow\":[\"http\"]}", PowersChange.class).powers())
        .isEqualTo(AllowedPowers.only(Set.of("http")));
  }

  @Test
  void quotaChange_isTheObjectItself() throws IOException {
    assertThat(StrictJson.mapper().readValue("{\"burst\":-1}", QuotaChange.class))
        .isEqualTo(new QuotaChange(Map.of("burst", -1L)));
  }

  private static List<String> members(Class<? extends Record> request) {
    return Arrays.stream(request.getRecordComponents())
        .map(component ->
            component.getName() + component.getAnnotatedType().isAnnotationPresent(Nullable.class))
        .sorted()
        .toList();
  }

  private static List<String> members(String schema) throws IOException {
    JsonNode found = schema(schema);
    List<String> required = new ArrayList<>();
    found.path("required").forEach(name -> required.add(name.asText()));
    return found.path("properties").properties().stream()
        .map(member -> member.getKey() + !required.contains(member.getKey()))
        .sorted()
        .toList();
  }

  private static JsonNode schema(String name) throws IOException {
    try (InputStream document =
        RequestsTest.class.getResourceAsStream("/dev/leat/gateway/openapi.yaml")) {
      return new YAMLMapper()
          .readTree(Objects.requireNonNull(document))
          .at("/components/schemas/" + name);
    }
  }
}
