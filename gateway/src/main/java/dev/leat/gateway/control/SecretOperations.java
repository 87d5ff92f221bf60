package dev.leat.gateway.control;

import dev.leat.gateway.control.reply.PageReply;
import dev.leat.gateway.control.reply.SecretReply;
import dev.leat.tenants.secret.Secrets;
import dev.leat.tenants.secret.TenantSecret;
import java.util.Map;

/** What tenants tell their functions. No answer has a value. */
final class SecretOperations {
  private final Secrets secrets;

  SecretOperations(Secrets secrets) {
    this.secrets = secrets;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "listSecrets", this::list,
        "getSecret", this::show,
        "setSecret", this::set,
        "deleteSecret", this::delete);
  }

  private Reply list(Call call) {
    return Reply.ok(
        call.limit()
            .then(limit -> secrets.list(call.tenant(), limit, call.query("cursor")))
            .map(page -> PageReply.of(page, SecretReply::of)));
  }

  private Reply show(Call call) {
    return Reply.of(
        secrets.show(call.tenant(), call.parameter("secret")), secret -> reply(200, secret));
  }

  private Reply set(Call call) {
    return Reply.of(
        secrets.set(
            call.tenant(), call.actor(), call.parameter("secret"), call.body(), call.ifMatch()),
        secret -> reply(secret.version() == 1 ? 201 : 200, secret));
  }

  private static Reply reply(int status, TenantSecret secret) {
    return new Reply.Json(status, SecretReply.of(secret), Map.of("etag", secret.etag()));
  }

  private Reply delete(Call call) {
    return Reply.of(
        secrets.delete(call.tenant(), call.parameter("secret")), gone -> new Reply.Done());
  }
}
