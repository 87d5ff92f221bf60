package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.AsyncPolicy;
import dev.leat.contract.Finding;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.gateway.control.reply.FunctionReply;
import dev.leat.gateway.control.reply.FunctionVersionReply;
import dev.leat.gateway.control.reply.PageReply;
import dev.leat.invocations.async.Callbacks;
import dev.leat.registry.connection.Connections;
import dev.leat.registry.function.DeployFunction;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.FunctionCatalog;
import dev.leat.registry.permission.PermitFunction;
import dev.leat.tenants.secret.Secrets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Functions and their versions. */
final class FunctionOperations {
  private final DeployFunction deploying;
  private final FunctionCatalog functions;
  private final PermitFunction permitting;
  private final Secrets secrets;
  private final Connections connections;

  FunctionOperations(
      DeployFunction deploying,
      FunctionCatalog functions,
      PermitFunction permitting,
      Secrets secrets,
      Connections connections) {
    this.deploying = deploying;
    this.functions = functions;
    this.permitting = permitting;
    this.secrets = secrets;
    this.connections = connections;
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
    return Reply.ok(
        call.limit()
            .then(limit ->
                functions.list(
                    call.tenant(), Math.min(limit, Page.ITEMS_MAX), call.query("cursor")))
            .map(page ->
                PageReply.of(
                    page.filter(
                        found -> call.by().scope().allows(found.version().function().name())),
                    version -> reply(version, call))));
  }

  private Reply show(Call call) {
    return withManifest(call, call.function().then(name -> functions.show(call.tenant(), name)));
  }

  private Reply version(Call call) {
    return withManifest(
        call,
        call.function()
            .then(name -> functions.version(call.tenant(), name, call.parameter("version"))));
  }

  private static Reply withManifest(Call call, Answer<DeployedVersion> answer) {
    return Reply.of(
        answer,
        deployed ->
            new Reply.Json(
                200, FunctionReply.of(deployed, call.origin()), Map.of("etag", deployed.etag())));
  }

  private Reply deploy(Call call) {
    return Reply.of(
        call.function().then(name -> deploy(call, name)),
        deployed ->
            new Reply.Json(
                201,
                FunctionVersionReply.withNotes(deployed, call.origin(), notes(deployed)),
                Map.of(
                    "etag",
                    deployed.etag(),
                    "location",
                    "/v1/tenants/%s/functions/%s"
                        .formatted(call.tenant(), deployed.version().function().name()))));
  }

  private List<Finding> notes(DeployedVersion deployed) {
    FunctionVersion version = deployed.version();
    List<Finding> notes = new ArrayList<>(permitting.notes(version));
    List<String> named =
        version.grants().find(Grant.Secrets.class).map(Grant.Secrets::all).orElse(List.of());
    for (String missing : secrets.missing(version.function().tenant(), named)) {
      notes.add(
          new Finding(
              "spec.capabilities.secrets",
              "names '%s', which is not set: the function is told that it is absent (leat secret set %s --from-file F)"
                  .formatted(missing, missing)));
    }
    version
        .grants()
        .find(Grant.Database.class)
        .map(Grant.Database::connection)
        .filter(name -> !connections.has(version.function().tenant(), name))
        .ifPresent(missing ->
            notes.add(
                new Finding(
                    "spec.capabilities.database.connection",
                    "names '%s', which is not there: the function is told that it is absent (leat connection create %s %s)"
                        .formatted(missing, version.function().tenant(), missing))));
    notes.addAll(notes(version.function().tenant(), deployed.async()));
    return notes;
  }

  /** What becomes of its asynchronous invocations, and cannot yet. */
  private List<Finding> notes(TenantId tenant, AsyncPolicy async) {
    List<Finding> notes = new ArrayList<>();
    if (!async.callbacks().isEmpty()
        && !secrets.missing(tenant, List.of(Callbacks.KEY)).isEmpty()) {
      notes.add(
          new Finding(
              "spec.async.callbacks",
              "are signed by the secret '%s', which is not set: nothing is sent until it is (leat secret set %s --from-file F)"
                  .formatted(Callbacks.KEY, Callbacks.KEY)));
    }
    async.onSuccess().ifPresent(name -> destination(tenant, "onSuccess", name, notes));
    async.onFailure().ifPresent(name -> destination(tenant, "onFailure", name, notes));
    return notes;
  }

  private void destination(TenantId tenant, String key, FunctionName name, List<Finding> notes) {
    if (functions.whole(tenant, name) instanceof Answer.Refused<?>) {
      notes.add(
          new Finding(
              "spec.async." + key,
              "names '%s', which is not deployed: nothing is called until it is".formatted(name)));
    }
  }

  private Answer<DeployedVersion> deploy(Call call, FunctionName name) {
    return call.isSet("no-traffic")
        .then(withoutTraffic ->
            call.isSet("accept")
                .map(accepts ->
                    new DeployFunction.Wish(
                        !withoutTraffic, call.query("note").orElse(""), call.ifMatch(), accepts)))
        .then(wish -> deploy(call, name, wish));
  }

  private Answer<DeployedVersion> deploy(Call call, FunctionName name, DeployFunction.Wish wish) {
    return deploying.deploy(
        call.tenant(), call.actor(), name, call.body(), wish, call.cancellation());
  }

  private Reply delete(Call call) {
    return Reply.of(
        call.function().then(name -> functions.delete(call.tenant(), call.actor(), name)),
        gone -> new Reply.Done());
  }

  private Reply versions(Call call) {
    return Reply.ok(
        call.function()
            .then(name -> functions.whole(call.tenant(), name))
            .map(function ->
                PageReply.all(
                    function.versions(),
                    version -> FunctionVersionReply.of(version, call.origin()).within(function))));
  }

  private static FunctionVersionReply reply(DeployedVersion deployed, Call call) {
    return FunctionVersionReply.of(deployed, call.origin());
  }
}
