package dev.leat.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.Capabilities;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.documents.Quantities;
import dev.leat.documents.StrictJson;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What a function's author says about it ({@code leat.yaml}), with a value for everything that was
 * left out. Made by {@link ManifestReader}.
 *
 * @param config a JSON object, handed to the guest if it has the capability {@code config}
 */
public record Manifest(
    FunctionName name,
    ModuleRef module,
    GuestContract contract,
    RouteSpec route,
    Limits limits,
    InstancePolicy instances,
    Capabilities capabilities,
    Optional<Http> http,
    Optional<KeyValue> keyValue,
    Optional<Database> database,
    String config) {
  /**
   * Outbound HTTP that is asked for. Kept, not yet granted.
   *
   * @param allow {@code https://api.example.com}, {@code https://*.example.org:8443}
   * @param perMinute requests
   */
  public record Http(List<String> allow, int perMinute) {
    public Http {
      allow = List.copyOf(allow);
    }
  }

  /** State kept between invocations that is asked for. Kept, not yet granted. */
  public record KeyValue(String namespace, Duration ttlMax) {}

  /**
   * A database that is asked for. Kept, not yet granted.
   *
   * @param allow {@code read:orders}, {@code write:audit_*}
   */
  public record Database(String connection, List<String> allow) {
    public Database {
      allow = List.copyOf(allow);
    }
  }

  /** The version that a worker runs. */
  public FunctionVersion version(FunctionRef function, int number, ModuleDigest digest) {
    return new FunctionVersion(
        function, number, digest, contract, limits, instances, capabilities, config);
  }

  /**
   * The manifest as JSON in a fixed order, every default written out; reading it gives the same.
   */
  public String toJson() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("apiVersion", ManifestReader.API_VERSION).put("kind", ManifestReader.KIND);
    root.putObject("metadata").put("name", name.value());
    ObjectNode spec = root.putObject("spec");
    spec.put("module", module.toString()).put("contract", contract.word());
    write(route, spec.putObject("route"));
    write(limits, spec.putObject("limits"));
    write(instances, spec.putObject("instances"));
    writeCapabilities(spec.putObject("capabilities"));
    spec.set("config", StrictJson.tree(config));
    return root.toString();
  }

  private static void write(RouteSpec route, ObjectNode to) {
    to.put("path", route.path());
    new TreeSet<>(route.methods()).forEach(to.putArray("methods")::add);
    to.put("auth", route.isPublic() ? "public" : "token");
  }

  private static void write(Limits limits, ObjectNode to) {
    to.put("fuel", limits.fuel())
        .put("memory", Quantities.size(limits.memoryBytes()))
        .put("timeout", Quantities.duration(limits.timeout()))
        .put("request", Quantities.size(limits.requestBytes()))
        .put("response", Quantities.size(limits.responseBytes()));
  }

  private static void write(InstancePolicy instances, ObjectNode to) {
    to.put("min", instances.min())
        .put("max", instances.max())
        .put("idle", Quantities.duration(instances.idle()))
        .put("reuse", instances.reuse().name().toLowerCase(Locale.ROOT));
  }

  private void writeCapabilities(ObjectNode to) {
    to.put("logging", capabilities.logging())
        .put("metrics", capabilities.metrics())
        .put("config", capabilities.config());
    http.ifPresent(granted -> {
      ObjectNode node = to.putObject("http");
      granted.allow().forEach(node.putArray("allow")::add);
      node.put("perMinute", granted.perMinute());
    });
    keyValue.ifPresent(granted ->
        to.putObject("keyValue")
            .put("namespace", granted.namespace())
            .put("ttlMax", Quantities.duration(granted.ttlMax())));
    database.ifPresent(granted -> {
      ObjectNode node = to.putObject("database").put("connection", granted.connection());
      granted.allow().forEach(node.putArray("allow")::add);
    });
  }
}
