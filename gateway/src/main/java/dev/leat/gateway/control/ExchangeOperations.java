package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Page;
import dev.leat.contract.ProblemCode;
import dev.leat.gateway.control.reply.ModuleReply;
import dev.leat.gateway.control.reply.PageReply;
import dev.leat.gateway.control.reply.SignatureReply;
import dev.leat.gateway.control.reply.VisibilityReply;
import dev.leat.gateway.control.request.NewInstallation;
import dev.leat.gateway.control.request.VisibilityChange;
import dev.leat.registry.module.ModuleCatalog;
import dev.leat.registry.module.ModuleExchange;
import dev.leat.registry.trust.Policies;
import java.util.Map;

/** What tenants offer each other, and who signed what they have. */
final class ExchangeOperations {
  private final ModuleExchange exchange;
  private final ModuleCatalog modules;
  private final Policies policies;

  ExchangeOperations(ModuleExchange exchange, ModuleCatalog modules, Policies policies) {
    this.exchange = exchange;
    this.modules = modules;
    this.policies = policies;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "getModuleVisibility", this::visibility,
        "setModuleVisibility", this::offer,
        "listModuleSignatures", this::signatures,
        "searchModules", this::search,
        "installModule", this::install);
  }

  private Reply visibility(Call call) {
    return Reply.ok(
        digest(call)
            .then(digest -> exchange.audience(call.tenant(), digest))
            .map(VisibilityReply::of));
  }

  private Reply offer(Call call) {
    return Reply.ok(
        call.json(VisibilityChange.class)
            .audience()
            .then(audience ->
                digest(call)
                    .then(digest -> exchange.offer(call.tenant(), call.actor(), digest, audience)))
            .map(VisibilityReply::of));
  }

  private Reply signatures(Call call) {
    return Reply.ok(
        digest(call)
            .then(digest -> modules.show(call.tenant(), digest))
            .map(module -> policies.signatures(call.tenant(), module.digest()))
            .map(signatures -> PageReply.all(signatures, SignatureReply::of)));
  }

  private Reply search(Call call) {
    return Reply.ok(
        call.limit()
            .then(limit ->
                exchange.search(
                    call.tenant(),
                    call.query("q").orElse(""),
                    Math.min(limit, Page.ITEMS_MAX),
                    call.query("cursor")))
            .map(page -> PageReply.of(page, ModuleReply::of)));
  }

  private Reply install(Call call) {
    return Reply.of(
        call.json(NewInstallation.class)
            .wanted()
            .then(wanted -> exchange.install(call.tenant(), call.actor(), wanted)),
        module ->
            Reply.created(
                ModuleReply.of(module),
                "/v1/tenants/" + call.tenant() + "/modules/" + module.digest()));
  }

  private static Answer<ModuleDigest> digest(Call call) {
    String text = call.parameter("digest");
    return ModuleDigest.isValid(text)
        ? Answer.done(ModuleDigest.parse(text))
        : Answer.refused(
            ProblemCode.NOT_FOUND,
            "There is no such module. A module is named by 'sha256:' and 64 hexadecimal digits.");
  }
}
