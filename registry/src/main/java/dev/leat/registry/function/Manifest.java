package dev.leat.registry.function;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.AsyncPolicy;
import dev.leat.contract.Finding;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.SecretField;
import dev.leat.documents.Quantities;
import dev.leat.documents.StrictJson;
import dev.leat.engine.ModuleShape;
import dev.leat.registry.module.ModuleRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * What a function's author says about it ({@code leat.yaml}), with a value for everything that was
 * left out. Made by {@link ManifestReader}.
 *
 * @param grants the powers that it asks for, with those that this release does not serve
 * @param config a JSON object, handed to the guest if it has the capability {@code config}
 * @param async what becomes of its asynchronous invocations
 */
public record Manifest(
    FunctionName name,
    ModuleRef module,
    GuestContract contract,
    RouteSpec route,
    Limits limits,
    InstancePolicy instances,
    Grants grants,
    String config,
    AsyncPolicy async) {
  /** The version that a worker runs. */
  public FunctionVersion version(FunctionRef function, int number, ModuleDigest digest) {
    return new FunctionVersion(
        function, number, digest, contract, limits, instances, grants, config);
  }

  /** Every way in which a module does not fit it; empty when it does. */
  public List<Finding> misfits(ModuleShape shape) {
    List<Finding> findings = new ArrayList<>(shape.mismatches(contract));
    shape
        .memory()
        .filter(memory -> memory.minPages() > limits.memoryPages())
        .ifPresent(memory ->
            findings.add(
                new Finding(
                    "spec.limits.memory",
                    "The module starts with %d pages of 64 KiB, the limit allows %d. Raise the"
                            .formatted(memory.minPages(), limits.memoryPages())
                        + " limit or build the module with less memory.")));
    return findings;
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
    AsyncSection.write(async, spec.putObject("async"));
    return root.toString();
  }

  private static void write(RouteSpec route, ObjectNode to) {
    to.put("path", route.path());
    new TreeSet<>(route.methods()).forEach(to.putArray("methods")::add);
    to.put("auth", auth(route));
    if (!route.claims().isNone()) {
      RouteClaims.write(route.claims(), to);
    }
  }

  private static String auth(RouteSpec route) {
    if (route.isPublic()) {
      return "public";
    }
    return route.claims().isNone() ? "token" : RouteClaims.KEY;
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

  private static void write(SecretField field, ObjectNode to) {
    to.put("name", field.secret()).put("header", field.header()).put("prefix", field.prefix());
    field.to().forEach(to.putArray("to")::add);
  }

  private void writeCapabilities(ObjectNode to) {
    to.put("logging", grants.find(Grant.Logging.class).isPresent())
        .put("metrics", grants.find(Grant.Metrics.class).isPresent())
        .put("config", grants.find(Grant.Config.class).isPresent());
    grants
        .find(Grant.Http.class)
        .ifPresent(http -> {
          ObjectNode node = to.putObject("http");
          http.allow().forEach(node.putArray("allow")::add);
          new TreeSet<>(http.methods()).forEach(node.putArray("methods")::add);
          node.put("perMinute", http.perMinute())
              .put("timeout", Quantities.duration(http.timeout()));
        });
    grants
        .find(Grant.KeyValue.class)
        .ifPresent(keyValue ->
            to.putObject("keyValue")
                .put("namespace", keyValue.namespace())
                .put("ttlMax", Quantities.duration(keyValue.ttlMax())));
    grants
        .find(Grant.Secrets.class)
        .ifPresent(secrets -> {
          ArrayNode list = to.putArray("secrets");
          secrets.names().forEach(list::add);
          secrets.fields().forEach(field -> write(field, list.addObject()));
        });
    grants
        .find(Grant.Database.class)
        .ifPresent(database -> {
          ObjectNode node = to.putObject("database").put("connection", database.connection());
          database.allow().forEach(node.putArray("allow")::add);
          node.put("timeout", Quantities.duration(database.timeout())).put("rows", database.rows());
        });
  }
}
