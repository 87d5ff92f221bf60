package dev.leat.gateway.control;

import dev.leat.contract.ProblemCode;
import dev.leat.tenants.Principal;
import dev.leat.tenants.Role;
import dev.leat.tenants.SigningKeys;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Health, metrics, the platform's public keys, and who the caller is. */
final class PlatformOperations {
  /** Of Prometheus' text format. */
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final SigningKeys keys;
  private final Supplier<byte[]> metrics;
  private final BooleanSupplier isReady;

  /**
   * @param metrics in Prometheus' text format
   * @param isReady whether the node takes requests; false while it starts and while it drains
   */
  PlatformOperations(SigningKeys keys, Supplier<byte[]> metrics, BooleanSupplier isReady) {
    this.keys = keys;
    this.metrics = metrics;
    this.isReady = isReady;
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
    return isReady.getAsBoolean()
        ? Reply.ok(Map.of("status", "ready"))
        : Reply.refused(ProblemCode.OVERLOADED, "The node is starting or shutting down.");
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
