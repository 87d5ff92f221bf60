package dev.leat.registry.function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.SecretField;
import dev.leat.documents.Quantities;
import dev.leat.documents.StrictJson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads manifests as {@link Manifest#toJson} kept them, each by the rules of the {@code apiVersion}
 * that it was written in. What a new manifest must be changes with each release ({@link
 * ManifestReader}); a version that was deployed stays what it is. So nothing here may become
 * stricter: keys that are not known are left, those that are missing have the default, and limits
 * above today's are today's.
 */
public final class StoredManifest {
  private StoredManifest() {}

  /**
   * The version that was deployed so.
   *
   * @param json as it was kept
   * @throws IllegalArgumentException if it cannot be read: written by a later release, or damaged
   */
  public static DeployedVersion read(
      FunctionRef function, int number, ModuleDigest module, Instant createdAt, String json) {
    JsonNode root = StrictJson.tree(json);
    String apiVersion = root.path("apiVersion").asText();
    return switch (apiVersion) {
      case "leat/v1" -> v1(function, number, module, createdAt, json, root.path("spec"));
      default ->
          throw new IllegalArgumentException("Its apiVersion is not known: '" + apiVersion + "'");
    };
  }

  private static DeployedVersion v1(
      FunctionRef function,
      int number,
      ModuleDigest module,
      Instant createdAt,
      String json,
      JsonNode spec) {
    String contract = spec.path("contract").asText();
    GuestContract guest =
        GuestContract.ofWord(contract)
            .orElseThrow(() ->
                new IllegalArgumentException("Its contract is not known: '" + contract + "'"));
    JsonNode config = spec.path("config");
    FunctionVersion version =
        new FunctionVersion(
            function,
            number,
            module,
            guest,
            limits(spec.path("limits")),
            instances(spec.path("instances")),
            grants(spec.path("capabilities")),
            (config.isObject() ? config : JsonNodeFactory.instance.objectNode()).toString());
    return new DeployedVersion(
        version,
        createdAt,
        "",
        "",
        json,
        route(function, spec.path("route")),
        AsyncSection.stored(spec.path("async")));
  }

  private static RouteSpec route(FunctionRef function, JsonNode route) {
    return new RouteSpec(
        route.path("path").asText("/" + function.name()),
        new LinkedHashSet<>(texts(route.path("methods"))),
        route.path("auth").asText().equals("public"),
        RouteClaims.stored(route));
  }

  private static Limits limits(JsonNode limits) {
    Limits standard = Limits.DEFAULT;
    return new Limits(
        Math.max(1, limits.path("fuel").asLong(standard.fuel())),
        size(limits, "memory", standard.memoryBytes(), Limits.PAGE_BYTES, Limits.MEMORY_BYTES_MAX),
        Duration.ofMillis(
            Math.clamp(
                duration(limits, "timeout", standard.timeout()).toMillis(),
                1,
                Limits.TIMEOUT_MAX.toMillis())),
        size(limits, "request", standard.requestBytes(), 0, Limits.BODY_BYTES_MAX),
        size(limits, "response", standard.responseBytes(), 0, Limits.BODY_BYTES_MAX));
  }

  private static InstancePolicy instances(JsonNode instances) {
    InstancePolicy standard = InstancePolicy.DEFAULT;
    int max =
        Math.clamp(instances.path("max").asInt(standard.max()), 1, InstancePolicy.MAX_INSTANCES);
    int min = Math.clamp(instances.path("min").asInt(standard.min()), 0, max);
    String reuse = instances.path("reuse").asText(standard.reuse().name());
    return new InstancePolicy(
        min,
        max,
        duration(instances, "idle", standard.idle()),
        Reuse.valueOf(reuse.toUpperCase(Locale.ROOT)));
  }

  private static Grants grants(JsonNode granted) {
    List<Grant> grants = new ArrayList<>();
    if (granted.path("logging").asBoolean()) {
      grants.add(new Grant.Logging());
    }
    if (granted.path("metrics").asBoolean()) {
      grants.add(new Grant.Metrics());
    }
    if (granted.path("config").asBoolean()) {
      grants.add(new Grant.Config());
    }
    JsonNode http = granted.path("http");
    if (http.isObject()) {
      int perMinute = http.path("perMinute").asInt(ManifestReader.REQUESTS_PER_MINUTE);
      Set<String> methods = new HashSet<>(texts(http.path("methods")));
      methods.retainAll(Grant.Http.METHODS);
      Duration timeout = duration(http, "timeout", Grant.Http.TIMEOUT);
      grants.add(
          new Grant.Http(
              texts(http.path("allow")),
              methods.isEmpty() ? Grant.Http.METHODS : methods,
              Math.max(1, perMinute),
              timeout.isPositive() ? timeout : Grant.Http.TIMEOUT));
    }
    JsonNode keyValue = granted.path("keyValue");
    if (keyValue.isObject()) {
      Duration ttlMax = duration(keyValue, "ttlMax", ManifestReader.TTL_MAX);
      grants.add(
          new Grant.KeyValue(
              keyValue.path("namespace").asText(ManifestReader.NAMESPACE),
              ttlMax.isPositive() ? ttlMax : ManifestReader.TTL_MAX));
    }
    JsonNode secrets = granted.path("secrets");
    if (!secrets.isEmpty()) {
      grants.add(secrets(secrets));
    }
    JsonNode database = granted.path("database");
    if (database.isObject()) {
      Duration timeout = duration(database, "timeout", Grant.Database.TIMEOUT);
      grants.add(
          new Grant.Database(
              database.path("connection").asText(),
              texts(database.path("allow")),
              timeout.isPositive() ? timeout : Grant.Database.TIMEOUT,
              Math.clamp(
                  database.path("rows").asInt(Grant.Database.ROWS), 1, Grant.Database.ROWS_MAX)));
    }
    return new Grants(grants);
  }

  private static Grant secrets(JsonNode secrets) {
    List<String> names = new ArrayList<>();
    List<SecretField> fields = new ArrayList<>();
    for (JsonNode each : secrets) {
      String header = each.path("header").asText();
      String prefix = each.path("prefix").asText();
      if (each.isTextual()) {
        names.add(each.asText());
      } else if (SecretField.isHeader(header) && SecretField.isPrefix(prefix)) {
        fields.add(
            new SecretField(each.path("name").asText(), header, prefix, texts(each.path("to"))));
      }
    }
    return new Grant.Secrets(names, fields);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static long size(JsonNode of, String key, long otherwise, long min, long max) {
    return of.has(key)
        ? Math.clamp(
            Quantities.parseSize(of.path(key).asText())
                .orElseThrow(() -> unreadable(key, of.path(key))),
            min,
            max)
        : otherwise;
  }

  private static Duration duration(JsonNode of, String key, Duration otherwise) {
    return of.has(key)
        ? Quantities.parseDuration(of.path(key).asText())
            .orElseThrow(() -> unreadable(key, of.path(key)))
        : otherwise;
  }

  private static IllegalArgumentException unreadable(String key, JsonNode value) {
    return new IllegalArgumentException("Its " + key + " cannot be read: " + value);
  }
}
