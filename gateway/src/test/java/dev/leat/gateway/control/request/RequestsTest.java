package dev.leat.gateway.control.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.leat.contract.AddressRange;
import dev.leat.contract.Answer;
import dev.leat.contract.Finding;
import dev.leat.contract.Grant;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.permission.FunctionPermissions;
import dev.leat.contract.permission.Permission;
import dev.leat.contract.permission.PermissionType;
import dev.leat.documents.StrictJson;
import dev.leat.registry.function.Sticky;
import dev.leat.registry.loglevel.LogLevel;
import dev.leat.registry.permission.PermitFunction;
import dev.leat.tenants.AllowedPowers;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each request has the members that its schema in the OpenAPI document has, and no others. */
class RequestsTest {
  @Test
  void request_hasTheMembersOfItsSchema() throws IOException {
    assertThat(members(NewTenant.class)).isEqualTo(members("NewTenant"));
    assertThat(members(NewToken.class)).isEqualTo(members("NewToken"));
    assertThat(members(NewOperatorToken.class)).isEqualTo(members("NewOperatorToken"));
    assertThat(members(NewConnection.class)).isEqualTo(members("NewConnection"));
    assertThat(members(NewIssuer.class)).isEqualTo(members("NewIssuer"));
    assertThat(members(Rotation.class)).isEqualTo(members("Rotation"));
    assertThat(members(PowersChange.class)).isEqualTo(members("Powers"));
    assertThat(members(TrafficChange.class)).isEqualTo(members("TrafficChange"));
    assertThat(members(KeyValidityChange.class)).isEqualTo(members("KeyValidity"));
    assertThat(members(VisibilityChange.class)).isEqualTo(members("Visibility"));
    assertThat(members(NewInstallation.class)).isEqualTo(members("NewInstallation"));
    assertThat(members(PolicyChange.class)).isEqualTo(members("PolicyChange"));
    assertThat(members(NewRollout.class)).isEqualTo(members("NewRollout"));
    assertThat(members(StickyBy.class)).isEqualTo(members("StickyBy"));
    assertThat(members(RollbackTarget.class)).isEqualTo(members("RollbackTarget"));
    assertThat(members(DeadLetterChoice.class)).isEqualTo(members("DeadLetterChoice"));
    assertThat(members(NewSchedule.class)).isEqualTo(members("NewSchedule"));
    assertThat(members(AliasTarget.class)).isEqualTo(members("AliasTarget"));
    assertThat(members(PermissionsChange.class)).isEqualTo(members("PermissionsChange"));
    assertThat(members(LogLevelChange.class)).isEqualTo(members("LogLevelChange"));
    assertThat(schema("LogLevelWord").path("enum"))
        .extracting(JsonNode::asText)
        .isEqualTo(LogLevel.WORDS);
  }

  @Test
  void permissions_areThoseThatThereAre_andAsManyAsThereMayBe() throws IOException {
    JsonNode list = schema("PermissionsChange").at("/properties/permissions");

    assertThat(schema("PermissionType").path("enum"))
        .extracting(JsonNode::asText)
        .containsExactlyElementsOf(
            Arrays.stream(PermissionType.values()).map(PermissionType::word).toList());
    assertThat(list.path("maxItems").asInt()).isEqualTo(FunctionPermissions.COUNT_MAX);
    assertThat(list.at("/items/properties/resource/maxLength").asInt())
        .isEqualTo(Permission.PATTERN_CHARS_MAX);
  }

  @Test
  void permission_withoutAResource_isForAll() throws IOException {
    PermissionsChange change =
        StrictJson.mapper()
            .readValue("{\"permissions\":[{\"type\":\"logging\"}]}", PermissionsChange.class);

    assertThat(change.asked()).containsExactly(new PermitFunction.Asked("logging", "*"));
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
    assertThat(powers("{}")).isEqualTo(Answer.done(AllowedPowers.ALL));
    assertThat(powers("{\"allow\":[\"http\"]}"))
        .isEqualTo(Answer.done(AllowedPowers.only(Set.of("http"))));
  }

  @Test
  void powersChange_ofPrivateAddresses_areReadOrRefusedEach() throws IOException {
    assertThat(powers("{\"privateAddresses\":[\"10.1.0.0/16\",\"127.0.0.1:80\"]}"))
        .isEqualTo(
            Answer.done(
                AllowedPowers.ALL.withPrivate(
                    List.of(
                        AddressRange.of("10.1.0.0/16").orElseThrow(),
                        AddressRange.of("127.0.0.1:80").orElseThrow()))));
    assertThat(powers("{\"privateAddresses\":[\"10.1\",\"127.0.0.1\",\"localhost\"]}"))
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused ->
                assertThat(refused.problem().findings())
                    .extracting(Finding::at)
                    .containsExactly("privateAddresses[0]", "privateAddresses[2]"));
    assertThat(schema("Powers").at("/properties/privateAddresses/maxItems").asInt())
        .isEqualTo(AllowedPowers.ADDRESSES_MAX);
  }

  private static Answer<AllowedPowers> powers(String json) throws IOException {
    return StrictJson.mapper().readValue(json, PowersChange.class).powers();
  }

  @Test
  void trafficChange_isInHundredthsOfAPerCent() {
    assertThat(shares("v1", "99.5", "v2", "0.50")).isEqualTo(Answer.done(Map.of(1, 9_950, 2, 50)));
    assertThat(shares("v1", "1e2", "v2", "0")).isEqualTo(Answer.done(Map.of(1, 10_000, 2, 0)));
  }

  @ParameterizedTest
  @CsvSource({"-1, 0-100", "-0.01, 0-100", "100.01, 0-100", "1e999999, 0-100", "0.001, two digits"})
  void trafficChange_ofOtherNumbers_isRefused(String percent, String why) {
    assertThat(shares("v1", percent, "v2", "50"))
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused -> {
              assertThat(refused.problem().code()).isEqualTo(ProblemCode.INVALID_REQUEST);
              assertThat(refused.problem().findings().getFirst().at()).isEqualTo("weights.v1");
              assertThat(refused.problem().findings().getFirst().message()).contains(why);
            });
  }

  @Test
  void stickyBy_needsANameThatAFieldCanHave() {
    assertThat(stickiness("header", "X-User"))
        .isEqualTo(Answer.done(Optional.of(Optional.of(new Sticky(Sticky.Kind.HEADER, "X-User")))));
    assertThat(stickiness("none", null)).isEqualTo(Answer.done(Optional.of(Optional.empty())));
    assertThat(new TrafficChange(Map.of(), null).stickiness())
        .isEqualTo(Answer.done(Optional.empty()));
    assertThat(stickiness("cookie", null)).isInstanceOf(Answer.Refused.class);
    assertThat(stickiness("cookie", "a b")).isInstanceOf(Answer.Refused.class);
  }

  private static Answer<Optional<Optional<Sticky>>> stickiness(String by, @Nullable String name) {
    return new TrafficChange(Map.of(), new StickyBy(by, name)).stickiness();
  }

  private static Answer<Map<Integer, Integer>> shares(
      String first, String percent, String second, String rest) {
    return new TrafficChange(
            Map.of(first, new BigDecimal(percent), second, new BigDecimal(rest)), null)
        .shares();
  }

  @Test
  void quotaChange_isTheObjectItself() throws IOException {
    assertThat(StrictJson.mapper().readValue("{\"burst\":-1}", QuotaChange.class))
        .isEqualTo(new QuotaChange(Map.of("burst", -1L)));
  }

  private static List<String> members(Class<? extends Record> request) {
    return Arrays.stream(request.getRecordComponents())
        .map(component ->
            name(component) + component.getAnnotatedType().isAnnotationPresent(Nullable.class))
        .sorted()
        .toList();
  }

  private static String name(RecordComponent component) {
    JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
    return named == null ? component.getName() : named.value();
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
