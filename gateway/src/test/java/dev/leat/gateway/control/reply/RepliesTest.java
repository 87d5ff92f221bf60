package dev.leat.gateway.control.reply;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each reply has the members that its schema in the OpenAPI document has, and no others. */
class RepliesTest {
  private static final Map<String, Class<? extends Record>> BY_SCHEMA =
      Map.ofEntries(
          Map.entry("Health", HealthReply.class),
          Map.entry("Cluster", ClusterReply.class),
          Map.entry("Member", MemberReply.class),
          Map.entry("Caller", CallerReply.class),
          Map.entry("Tenant", TenantReply.class),
          Map.entry("TenantPage", PageReply.class),
          Map.entry("SigningKey", SigningKeyReply.class),
          Map.entry("RetiredKey", RetiredKeyReply.class),
          Map.entry("Powers", PowersReply.class),
          Map.entry("Connection", ConnectionReply.class),
          Map.entry("Issuer", IssuerReply.class),
          Map.entry("IssuerRole", IssuerRole.class),
          Map.entry("Token", TokenReply.class),
          Map.entry("IssuedToken", IssuedTokenReply.class),
          Map.entry("Key", KeyReply.class),
          Map.entry("Policy", PolicyReply.class),
          Map.entry("Visibility", VisibilityReply.class),
          Map.entry("Signature", SignatureReply.class),
          Map.entry("Module", ModuleReply.class),
          Map.entry("ModulePage", PageReply.class),
          Map.entry("FunctionVersion", FunctionVersionReply.class),
          Map.entry("Function", FunctionReply.class),
          Map.entry("FunctionPage", PageReply.class),
          Map.entry("Traffic", TrafficReply.class),
          Map.entry("Rollout", RolloutReply.class),
          Map.entry("Verdict", VerdictReply.class),
          Map.entry("Check", VerdictReply.Check.class),
          Map.entry("Alias", AliasReply.class),
          Map.entry("Permissions", PermissionsReply.class),
          Map.entry("PermissionItem", PermissionsReply.Item.class),
          Map.entry("Decision", DecisionReply.class),
          Map.entry("Invocation", InvocationReply.class),
          Map.entry("DeadLetter", DeadLetterReply.class),
          Map.entry("Schedule", ScheduleReply.class),
          Map.entry("ScheduleRun", ScheduleReply.Run.class),
          Map.entry("ScheduleTime", ScheduleTimeReply.class),
          Map.entry("DeadLetterInput", DeadLetterReply.Input.class),
          Map.entry("DeadLetterPage", PageReply.class),
          Map.entry("DeadLetterProgress", DeadLetterProgress.class),
          Map.entry("InvocationPage", PageReply.class),
          Map.entry("AcceptedInvocation", AcceptedInvocationReply.class),
          Map.entry("Callback", CallbackReply.class),
          Map.entry("Usage", UsageReply.class),
          Map.entry("UsagePage", PageReply.class));

  @TestFactory
  Stream<DynamicTest> reply_hasTheMembersOfItsSchema() {
    JsonNode schemas = schemas();
    return BY_SCHEMA.entrySet().stream()
        .map(entry ->
            DynamicTest.dynamicTest(
                entry.getKey(),
                () ->
                    assertThat(members(entry.getValue()))
                        .containsExactlyInAnyOrderElementsOf(
                            members(schemas, schemas.path(entry.getKey())))));
  }

  @Test
  void token_isInNoLog() {
    assertThat(new IssuedTokenReply("id", "secret", "then").toString()).doesNotContain("secret");
  }

  /** Such as {@code name: string}, with a question mark where it may be left out. */
  private static List<String> members(JsonNode schemas, JsonNode schema) {
    List<String> required = new ArrayList<>();
    schema.path("required").forEach(name -> required.add(name.asText()));
    return schema.path("properties").properties().stream()
        .map(member ->
            member.getKey()
                + (required.contains(member.getKey()) ? ": " : "?: ")
                + type(schemas, member.getValue()))
        .toList();
  }

  private static String type(JsonNode schemas, JsonNode schema) {
    String[] reference = schema.path("$ref").asText().split("/", -1);
    return (reference.length == 1 ? schema : schemas.path(reference[reference.length - 1]))
        .path("type")
        .asText();
  }

  private static List<String> members(Class<?> reply) {
    List<String> members = new ArrayList<>();
    for (RecordComponent component : reply.getRecordComponents()) {
      if (component.getAccessor().isAnnotationPresent(JsonUnwrapped.class)) {
        members.addAll(members(component.getType()));
      } else {
        boolean mayBeMissing = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        members.add(name(component) + (mayBeMissing ? "?: " : ": ") + type(component));
      }
    }
    return members;
  }

  /** As it is written: most have the component's own name. */
  private static String name(RecordComponent component) {
    JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
    return named == null ? component.getName() : named.value();
  }

  private static String type(RecordComponent component) {
    if (component.getAccessor().isAnnotationPresent(JsonRawValue.class)) {
      return "object";
    }
    Class<?> type = component.getType();
    if (type == List.class) {
      return "array";
    }
    if (type == Map.class) {
      return "object";
    }
    if (type == boolean.class) {
      return "boolean";
    }
    if (type == BigDecimal.class) {
      return "number";
    }
    if (type.isRecord()) {
      return "object";
    }
    return List.of(int.class, Integer.class, long.class).contains(type) ? "integer" : "string";
  }

  private static JsonNode schemas() {
    try (InputStream document =
        RepliesTest.class.getResourceAsStream("/dev/leat/gateway/openapi.yaml")) {
      return new YAMLMapper().readTree(Objects.requireNonNull(document)).at("/components/schemas");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
