package dev.leat.gateway.control;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.leat.contract.Finding;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Page;
import dev.leat.registry.function.DeployFunction;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.FunctionCatalog;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Functions and their versions. */
final class FunctionOperations {
  private final DeployFunction deploying;
  private final FunctionCatalog functions;

  FunctionOperations(DeployFunction deploying, FunctionCatalog functions) {
    this.deploying = deploying;
    this.functions = functions;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "listFunctions", this::list,
        "getFunction", this::show,
        "deployFunction", this::deploy,
        "deleteFunction", this::delete,
        "listVersions", this::versions,
        "getVersion", this::version);
  }

  private Reply list(Call call) {
    return Reply.of(
        call.limit(),
        limit ->
            Reply.of(
                functions.list(
                    call.tenant(), Math.min(limit, Page.ITEMS_MAX), call.query("cursor")),
                page -> Reply.ok(ModuleOperations.page(page, version -> summary(version, call)))));
  }

  private Reply show(Call call) {
    return Reply.of(
        call.function(),
        name ->
            Reply.of(functions.show(call.tenant(), name), version -> withManifest(version, call)));
  }

  private Reply version(Call call) {
    return Reply.of(
        call.function(),
        name ->
            Reply.of(
                functions.version(call.tenant(), name, call.parameter("version")),
                version -> withManifest(version, call)));
  }

  private static Reply withManifest(DeployedVersion version, Call call) {
    Map<String, Object> body = withNotes(version, call);
    body.put("manifest", new Json(version.manifest()));
    return new Reply.Json(200, body, Map.of("etag", version.etag()));
  }

  private Reply deploy(Call call) {
    return Reply.of(
        call.function(),
        name ->
            Reply.of(
                deploying.deploy(
                    call.tenant(),
                    call.actor(),
                    name,
                    call.body(),
                    Optional.ofNullable(call.headers().get("if-match")),
                    call.cancellation()),
                version ->
                    new Reply.Json(
                        201,
                        withNotes(version, call),
                        Map.of(
                            "etag",
                            version.etag(),
                            "location",
                            "/v1/tenants/%s/functions/%s".formatted(call.tenant(), name)))));
  }

  private Reply delete(Call call) {
    return Reply.of(
        call.function(),
        name ->
            Reply.of(
                functions.delete(call.tenant(), call.actor(), name), gone -> new Reply.Done()));
  }

  private Reply versions(Call call) {
    return Reply.of(
        call.function(),
        name ->
            Reply.of(
                functions.versions(call.tenant(), name),
                versions ->
                    Reply.ok(
                        Map.of(
                            "items",
                            versions.stream().map(version -> summary(version, call)).toList()))));
  }

  private static Map<String, Object> withNotes(DeployedVersion deployed, Call call) {
    Map<String, Object> body = summary(deployed, call);
    List<Finding> notes = deployed.notes();
    if (!notes.isEmpty()) {
      body.put("notes", notes);
    }
    return body;
  }

  private static Map<String, Object> summary(DeployedVersion deployed, Call call) {
    FunctionVersion version = deployed.version();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("tenant", version.function().tenant().value());
    body.put("function", version.function().name().value());
    body.put("version", version.number());
    body.put("label", version.label());
    body.put("module", version.module().toString());
    body.put("createdAt", deployed.createdAt().toString());
    body.put("url", call.origin() + "/f/" + version.function());
    return body;
  }

  /** JSON that is written as it is. */
  private record Json(@JsonRawValue String value) {
    @com.fasterxml.jackson.annotation.JsonValue
    @JsonRawValue
    @Override
    public String value() {
      return value;
    }
  }
}
