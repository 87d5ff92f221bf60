package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Page;
import dev.leat.contract.ProblemCode;
import dev.leat.gateway.control.reply.KeyReply;
import dev.leat.gateway.control.reply.ModuleReply;
import dev.leat.gateway.control.reply.PageReply;
import dev.leat.registry.key.PublisherKeys;
import dev.leat.registry.module.ModuleAnalysis;
import dev.leat.registry.module.ModuleCatalog;
import dev.leat.registry.module.PublishModule;
import dev.leat.registry.module.PublishedModule;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** Publisher keys and signed modules. */
final class ModuleOperations {
  private final PublisherKeys keys;
  private final PublishModule publishing;
  private final ModuleCatalog modules;
  private final ModuleAnalysis analysis;

  ModuleOperations(
      PublisherKeys keys,
      PublishModule publishing,
      ModuleCatalog modules,
      ModuleAnalysis analysis) {
    this.keys = keys;
    this.publishing = publishing;
    this.modules = modules;
    this.analysis = analysis;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "listKeys", this::listKeys,
        "registerKey", this::registerKey,
        "revokeKey", this::revokeKey,
        "listModules", this::list,
        "publishModule", this::publish,
        "getModule", this::show,
        "deleteModule", this::delete,
        "getModuleContent", this::content,
        "getModuleAnalysis", this::analysis);
  }

  private Reply listKeys(Call call) {
    return Reply.ok(PageReply.all(keys.list(call.tenant()), KeyReply::of));
  }

  private Reply registerKey(Call call) {
    return Reply.of(
        keys.register(call.tenant(), call.actor(), new String(call.body(), StandardCharsets.UTF_8)),
        key ->
            Reply.created(KeyReply.of(key), "/v1/tenants/" + call.tenant() + "/keys/" + key.kid()));
  }

  private Reply revokeKey(Call call) {
    return Reply.of(
        keys.revoke(call.tenant(), call.actor(), call.parameter("kid")), key -> new Reply.Done());
  }

  private Reply list(Call call) {
    return Reply.ok(
        call.limit()
            .then(limit ->
                modules.list(
                    call.tenant(),
                    call.query("q").orElse(""),
                    Math.min(limit, Page.ITEMS_MAX),
                    call.query("cursor")))
            .map(page -> PageReply.of(page, ModuleReply::of)));
  }

  private Reply publish(Call call) {
    byte[] module = call.parts().get("module");
    if (module == null) {
      return Reply.refused(
          ProblemCode.INVALID_REQUEST,
          "The form must have the part 'module', the WebAssembly binary.");
    }
    return Reply.of(
        publish(call, module),
        published ->
            Reply.created(
                ModuleReply.of(published),
                "/v1/tenants/" + call.tenant() + "/modules/" + published.digest()));
  }

  private Answer<PublishedModule> publish(Call call, byte[] module) {
    Optional<String> signature = part(call, "signature");
    if (signature.isPresent()) {
      return publishing.publish(call.tenant(), call.actor(), module, signature.get());
    }
    Optional<String> name = part(call, "name");
    Optional<String> version = part(call, "version");
    return name.isPresent() && version.isPresent()
        ? publishing.publishUnsigned(call.tenant(), call.actor(), module, name.get(), version.get())
        : Answer.refused(
            ProblemCode.INVALID_REQUEST,
            "Beside 'module' the form must have the part 'signature', a compact JWS that 'leat sign'"
                + " makes; or 'name' and 'version', where the tenant's policy has modules unsigned.");
  }

  private static Optional<String> part(Call call, String name) {
    return Optional.ofNullable(call.parts().get(name))
        .map(bytes -> new String(bytes, StandardCharsets.US_ASCII).strip());
  }

  private Reply show(Call call) {
    return Reply.ok(
        digest(call).then(digest -> modules.show(call.tenant(), digest)).map(ModuleReply::of));
  }

  private Reply delete(Call call) {
    return Reply.of(
        digest(call).then(digest -> modules.delete(call.tenant(), call.actor(), digest)),
        gone -> new Reply.Done());
  }

  private Reply content(Call call) {
    return Reply.of(
        digest(call).then(digest -> modules.content(call.tenant(), digest)),
        bytes -> new Reply.Bytes("application/wasm", bytes));
  }

  private Reply analysis(Call call) {
    return Reply.ok(digest(call).then(digest -> analysis.show(call.tenant(), digest)));
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
