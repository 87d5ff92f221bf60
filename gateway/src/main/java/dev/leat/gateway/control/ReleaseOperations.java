package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.gateway.control.reply.AliasReply;
import dev.leat.gateway.control.reply.PageReply;
import dev.leat.gateway.control.reply.TrafficReply;
import dev.leat.gateway.control.request.AliasTarget;
import dev.leat.gateway.control.request.RollbackTarget;
import dev.leat.gateway.control.request.TrafficChange;
import dev.leat.registry.function.Alias;
import dev.leat.registry.function.Traffic;
import dev.leat.registry.release.MoveTraffic;
import dev.leat.registry.release.NameVersions;
import java.util.Map;
import java.util.Optional;

/** Which versions of a function answer: traffic, going back, aliases. */
final class ReleaseOperations {
  private final MoveTraffic traffic;
  private final NameVersions naming;

  ReleaseOperations(MoveTraffic traffic, NameVersions naming) {
    this.traffic = traffic;
    this.naming = naming;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "getTraffic", this::show,
        "setTraffic", this::set,
        "rollbackFunction", this::rollback,
        "listAliases", this::aliases,
        "getAlias", this::alias,
        "setAlias", this::name,
        "deleteAlias", this::unname);
  }

  private Reply show(Call call) {
    return told(call, call.function().then(name -> traffic.show(call.tenant(), name)));
  }

  private Reply set(Call call) {
    TrafficChange change = call.json(TrafficChange.class);
    return told(
        call,
        change
            .shares()
            .then(shares ->
                change
                    .stickiness()
                    .then(sticky ->
                        call.function()
                            .then(name ->
                                traffic.set(
                                    call.tenant(),
                                    call.actor(),
                                    name,
                                    shares,
                                    sticky,
                                    call.ifMatch())))));
  }

  private Reply rollback(Call call) {
    Optional<Integer> to =
        call.json() == null
            ? Optional.empty()
            : Optional.ofNullable(call.json(RollbackTarget.class).to())
                .map(ReleaseOperations::number);
    return told(
        call,
        call.function()
            .then(name -> traffic.rollback(call.tenant(), call.actor(), name, to, call.ifMatch())));
  }

  private static Reply told(Call call, Answer<Traffic> answer) {
    return Reply.of(
        answer,
        now ->
            new Reply.Json(
                200, TrafficReply.of(call.parameter("function"), now), Map.of("etag", now.etag())));
  }

  private Reply aliases(Call call) {
    return Reply.ok(
        call.function()
            .then(name -> naming.list(call.tenant(), name))
            .map(aliases -> PageReply.all(aliases, AliasReply::of)));
  }

  private Reply alias(Call call) {
    return told(
        call.function().then(name -> naming.show(call.tenant(), name, call.parameter("alias"))));
  }

  private Reply name(Call call) {
    int version = number(call.json(AliasTarget.class).version());
    return told(
        call.function()
            .then(name ->
                naming.set(
                    call.tenant(),
                    call.actor(),
                    name,
                    call.parameter("alias"),
                    version,
                    call.ifMatch())));
  }

  private static Reply told(Answer<Alias> answer) {
    return Reply.of(
        answer, alias -> new Reply.Json(200, AliasReply.of(alias), Map.of("etag", alias.etag())));
  }

  private Reply unname(Call call) {
    return Reply.of(
        call.function()
            .then(
                name -> naming.delete(call.tenant(), call.actor(), name, call.parameter("alias"))),
        gone -> new Reply.Done());
  }

  /** Of a label, as the document's pattern let it through. */
  private static int number(String label) {
    return Integer.parseInt(label, 1, label.length(), 10);
  }
}
