package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.ProblemCode;
import dev.leat.gateway.control.reply.CapabilitiesReply;
import dev.leat.gateway.control.reply.DecisionReply;
import dev.leat.gateway.control.reply.PermissionsReply;
import dev.leat.gateway.control.request.PermissionsChange;
import dev.leat.registry.capability.ReviewCapabilities;
import dev.leat.registry.capability.UsesStore;
import dev.leat.registry.permission.PermitFunction;
import dev.leat.registry.permission.PermitFunction.Asked;
import dev.leat.registry.permission.PermitFunction.Standing;
import java.util.Map;

/** What functions may ask of the host, and what they did. */
final class PermissionOperations {
  /** Those that are looked at unless the caller says how many. */
  private static final int DAYS = 7;

  private final PermitFunction permitting;
  private final ReviewCapabilities reviewing;

  PermissionOperations(PermitFunction permitting, ReviewCapabilities reviewing) {
    this.permitting = permitting;
    this.reviewing = reviewing;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "getPermissions", this::show,
        "setPermissions", this::set,
        "clearPermissions", this::clear,
        "checkPermission", this::check,
        "getCapabilities", this::review);
  }

  private Reply review(Call call) {
    return Reply.ok(
        call.function()
            .then(name ->
                call.number("days", UsesStore.DAYS_KEPT, DAYS)
                    .then(days -> reviewing.review(call.tenant(), name, days)))
            .map(CapabilitiesReply::of));
  }

  private Reply show(Call call) {
    return told(call.function().then(name -> permitting.show(call.tenant(), name)));
  }

  private Reply set(Call call) {
    PermissionsChange change = call.json(PermissionsChange.class);
    return told(
        call.function()
            .then(name ->
                permitting.set(call.tenant(), call.actor(), name, change.asked(), call.ifMatch())));
  }

  private Reply clear(Call call) {
    return told(
        call.function().then(name -> permitting.clear(call.tenant(), name, call.ifMatch())));
  }

  private static Reply told(Answer<Standing> answer) {
    return Reply.of(
        answer,
        standing ->
            new Reply.Json(200, PermissionsReply.of(standing), Map.of("etag", standing.etag())));
  }

  private Reply check(Call call) {
    return Reply.ok(
        call.function()
            .then(name ->
                asked(call)
                    .then(asked ->
                        permitting.check(call.tenant(), name, asked, call.query("version"))))
            .map(DecisionReply::of));
  }

  private static Answer<Asked> asked(Call call) {
    return call.query("type").isPresent() && call.query("resource").isPresent()
        ? Answer.done(
            new Asked(call.query("type").orElseThrow(), call.query("resource").orElseThrow()))
        : Answer.refused(
            ProblemCode.INVALID_REQUEST,
            "The parameters 'type' and 'resource' say what is asked for, such as"
                + " type=http:read&resource=https://api.example.com/x.");
  }
}
