package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Page;
import dev.leat.contract.ProblemCode;
import dev.leat.registry.key.PublisherKey;
import dev.leat.registry.key.PublisherKeys;
import dev.leat.registry.module.ModuleCatalog;
import dev.leat.registry.module.PublishModule;
import dev.leat.registry.module.PublishedModule;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Publisher keys and signed modules. */
final class ModuleOperations {
  private final PublisherKeys keys;
  private final PublishModule publishing;
  private final ModuleCatalog modules;

  ModuleOperations(PublisherKeys keys, PublishModule publishing, ModuleCatalog modules) {
    this.keys = keys;
    this.publishing = publishing;
    this.modules = modules;
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
        "getModuleContent", this::content);
  }

  private Reply listKeys(Call call) {
    return Reply.ok(
        Map.of("items", keys.list(call.tenant()).stream().map(ModuleOperations::json).toList()));
  }

  private Reply registerKey(Call call) {
    return Reply.of(
        keys.register(call.tenant(), call.actor(), new String(call.body(), StandardCharsets.UTF_8)),
        key -> Reply.created(json(key), "/v1/tenants/" + call.tenant() + "/keys/" + key.kid()));
  }

  private Reply revokeKey(Call call) {
    return Reply.of(
        keys.revoke(call.tenant(), call.actor(), call.parameter("kid")), key -> new Reply.Done());
  }

  private Reply list(Call call) {
    return Reply.of(
        call.limit(),
        limit ->
            Reply.of(
                modules.list(
                    call.tenant(),
                    call.query("q").orElse(""),
                    Math.min(limit, Page.ITEMS_MAX),
                    call.query("cursor")),
                page -> Reply.ok(page(page, ModuleOperations::json))));
  }

  private Reply publish(Call call) {
    byte[] module = call.parts().get("module");
    byte[] signature = call.parts().get("signature");
    if (module == null || signature == null) {
      return Reply.refused(
          ProblemCode.INVALID_REQUEST,
          "The form must have the parts 'module' (the WebAssembly binary) and 'signature' (a"
              + " compact JWS); 'leat sign' makes the signature.");
    }
    return Reply.of(
        publishing.publish(
            call.tenant(),
            call.actor(),
            module,
            new String(signature, StandardCharsets.US_ASCII).strip()),
        published ->
            Reply.created(
                json(published),
                "/v1/tenants/" + call.tenant() + "/modules/" + published.digest()));
  }

  private Reply show(Call call) {
    return Reply.of(
        digest(call),
        digest -> Reply.of(modules.show(call.tenant(), digest), module -> Reply.ok(json(module))));
  }

  private Reply delete(Call call) {
    return Reply.of(
        digest(call),
        digest ->
            Reply.of(
                modules.delete(call.tenant(), call.actor(), digest), module -> new Reply.Done()));
  }

  private Reply content(Call call) {
    return Reply.of(
        digest(call),
        digest ->
            Reply.of(
                modules.content(call.tenant(), digest),
                bytes -> new Reply.Bytes("application/wasm", bytes)));
  }

  private static Answer<ModuleDigest> digest(Call call) {
    String text = call.parameter("digest");
    return ModuleDigest.isValid(text)
        ? Answer.done(ModuleDigest.parse(text))
        : Answer.refused(
            ProblemCode.NOT_FOUND,
            "There is no such module. A module is named by 'sha256:' and 64 hexadecimal digits.");
  }

  static <T> Map<String, Object> page(Page<T> page, Function<T, Map<String, Object>> json) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("items", page.items().stream().map(json).toList());
    page.next().ifPresent(next -> body.put("next", next));
    return body;
  }

  private static Map<String, Object> json(PublishedModule module) {
    return Map.of(
        "name", module.name(),
        "version", module.version(),
        "digest", module.digest().toString(),
        "size", module.size(),
        "keyId", module.keyId(),
        "publishedAt", module.publishedAt().toString());
  }

  private static Map<String, Object> json(PublisherKey key) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kid", key.kid());
    if (!key.name().isEmpty()) {
      json.put("name", key.name());
    }
    json.put("x", key.x());
    json.put("createdAt", key.createdAt().toString());
    key.revokedAt().ifPresent(at -> json.put("revokedAt", at.toString()));
    return json;
  }
}
