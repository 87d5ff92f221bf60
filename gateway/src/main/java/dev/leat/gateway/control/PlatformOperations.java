package dev.leat.gateway.control;

import dev.leat.contract.Problem;
import dev.leat.gateway.control.reply.CallerReply;
import dev.leat.gateway.control.reply.HealthReply;
import dev.leat.tenants.SigningKeys;
import java.nio.charset.StandardCharsets;
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
        "getLiveness", call -> Reply.ok(new HealthReply("live")),
        "getReadiness", call -> readiness(),
        "getMetrics", call -> new Reply.Bytes(METRICS_TYPE, metrics.get()),
        "getJwks",
            call ->
                new Reply.Bytes("application/json", keys.jwks().getBytes(StandardCharsets.UTF_8)),
        "whoAmI", call -> Reply.ok(CallerReply.of(call.by())));
  }

  private Reply readiness() {
    return unready
        .get()
        .<Reply>map(Reply.Refused::new)
        .orElseGet(() -> Reply.ok(new HealthReply("ready")));
  }
}
