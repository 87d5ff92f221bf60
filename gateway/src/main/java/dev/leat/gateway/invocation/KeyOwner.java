package dev.leat.gateway.invocation;

import dev.leat.contract.Headers;
import dev.leat.contract.TenantId;
import dev.leat.invocations.async.IdempotencyKey;
import dev.leat.invocations.async.KeyedCallStore.Caller;
import dev.leat.tenants.Principal;
import dev.leat.tenants.Role;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Whose the key of a call is. Who has a token is its holder. On a function that needs none it is
 * whoever sends the same credentials, since the function may have a login of its own; what else a
 * request says, which may be who asks, must be the same when it is sent again.
 */
final class KeyOwner {
  /**
   * What may differ when a client, another of its connections, or a proxy sends a request again,
   * and says neither who asks nor for what.
   */
  private static final Set<String> OF_THE_WAY =
      Set.of(
          "accept-encoding",
          "age",
          "baggage",
          "b3",
          "cf-connecting-ip",
          "cf-ray",
          "connection",
          "content-length",
          "date",
          "expect",
          "forwarded",
          "host",
          "idempotency-key",
          "keep-alive",
          "te",
          "traceparent",
          "tracestate",
          "trailer",
          "transfer-encoding",
          "uber-trace-id",
          "upgrade",
          "user-agent",
          "via",
          "x-amz-cf-id",
          "x-amzn-trace-id",
          "x-b3-parentspanid",
          "x-b3-sampled",
          "x-b3-spanid",
          "x-b3-traceid",
          "x-cloud-trace-context",
          "x-correlation-id",
          "x-forwarded-for",
          "x-forwarded-host",
          "x-forwarded-port",
          "x-forwarded-proto",
          "x-real-ip",
          "x-request-id",
          "x-request-start");

  private static final Set<String> CREDENTIALS = Set.of("authorization", "cookie");

  private KeyOwner() {}

  static Caller of(InvocationExchange exchange) {
    Principal holder = exchange.principal();
    return holder == null ? anonymous(exchange.request().headers()) : of(holder);
  }

  /** A token that was issued without a name for its holder has its role's, as others have. */
  static Caller of(Principal holder) {
    boolean isNamed = holder.issuer().isPresent() || Role.ofWord(holder.subject()).isEmpty();
    return new Caller(
        IdempotencyKey.digest(
            List.of(
                holder.issuer().orElse(""),
                holder.tenant().map(TenantId::value).orElse(""),
                isNamed ? "sub" : "jti",
                isNamed ? holder.subject() : holder.tokenId())),
        false);
  }

  static Caller anonymous(MultiMap fields) {
    List<String> credentials = new ArrayList<>();
    for (CharSequence name : List.of(HttpHeaders.AUTHORIZATION, HttpHeaders.COOKIE)) {
      List<String> values = fields.getAll(name);
      credentials.add(String.valueOf(values.size()));
      credentials.addAll(values);
    }
    return new Caller(IdempotencyKey.digest(credentials), true);
  }

  /** The fields that belong to what is asked: none of a caller whom the platform knows. */
  static Headers asked(InvocationExchange exchange) {
    return exchange.principal() == null ? asked(exchange.request().headers()) : Headers.NONE;
  }

  static Headers asked(MultiMap fields) {
    Headers.Builder asked = new Headers.Builder();
    fields.forEach((name, value) -> {
      String lowerCase = name.toLowerCase(Locale.ROOT);
      if (!OF_THE_WAY.contains(lowerCase) && !CREDENTIALS.contains(lowerCase)) {
        asked.add(lowerCase, value);
      }
    });
    return asked.build();
  }
}
