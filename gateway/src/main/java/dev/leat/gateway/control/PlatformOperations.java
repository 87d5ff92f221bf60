package dev.leat.gateway.control;

import dev.leat.contract.Problem;
import dev.leat.tenants.Principal;
import dev.leat.tenants.Role;
import dev.leat.tenants.SigningKeys;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Health, metrics, the platform's public keys, and who the caller is. */
final class PlatformOperations {
  /** Of Prometheus' text format. */
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final SigningKeys keys;
  private final Supplier<byte[]> metrics;
  private final Supplier<Optional<Problem>> unready;

  /**
   * @param metrics in Prometheus' text format
   * @param unready why the node should get no requests now; empty when it should
   */
  PlatformOperations(
      SigningKeys keys, Supplier<byte[]> metrics, Supplier<Optional<Problem>> unready) {
    this.keys = keys;
    this.metrics = metrics;
    this.unready = unready;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "getLiveness", call -> Reply.ok(Map.of("status", "live")),
        "getReadiness", call -> readiness(),
        "getMetrics", call -> new Reply.Bytes(METRICS_TYPE, metrics.get()),
        "getJwks",
            call ->
                new Reply.Bytes("application/json", keys.jwks().getBytes(StandardCharsets.UTF_8)),
        "whoAmI", call -> Reply.ok(json(call.by())));
  }

  private Reply readiness() {
    return unready
        .get()
        .<Reply>map(Reply.Refused::new)
        .orElseGet(() -> Reply.ok(Map.of("status", "ready")));
  }

  private static Map<String, Object> json(Principal principal) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("subject", principal.subject());
    principal.tenant().ifPresent(tenant -> json.put("tenant", tenant.value()));
    json.put("roles", principal.roles().stream().map(Role::word).toList());
    json.put("expiresAt", principal.expiresAt().toString());
    return json;
  }
}
