package dev.leat.gateway.control;

import dev.leat.contract.Problem;
import dev.leat.gateway.control.reply.CallerReply;
import dev.leat.gateway.control.reply.ClusterReply;
import dev.leat.gateway.control.reply.HealthReply;
import io.vertx.core.http.HttpHeaders;
import java.util.Map;
import java.util.Objects;

/** Health, metrics, the nodes, and who the caller is. */
final class PlatformOperations {
  /** Of Prometheus' text format. */
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final String OPEN_METRICS_TYPE =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private final ControlServices.OfNode node;

  PlatformOperations(ControlServices.OfNode node) {
    this.node = node;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "getLiveness", call -> Reply.ok(HealthReply.of("live")),
        "getReadiness", call -> readiness(),
        "getMetrics", this::metrics,
        "getCluster", call -> Reply.ok(new ClusterReply(node.members().get())),
        "whoAmI", call -> Reply.ok(CallerReply.of(call.by())));
  }

  private Reply metrics(Call call) {
    String accepted = Objects.requireNonNullElse(call.headers().get(HttpHeaders.ACCEPT), "");
    boolean isOpenMetrics = accepted.contains("application/openmetrics-text");
    return new Reply.Bytes(
        isOpenMetrics ? OPEN_METRICS_TYPE : METRICS_TYPE, node.metrics().read(isOpenMetrics));
  }

  private Reply readiness() {
    return switch (node.readiness().get()) {
      case Readiness.Ready _ -> Reply.ok(HealthReply.of("ready"));
      case Readiness.ReadyWithoutDatabase _ -> Reply.ok(new HealthReply("ready", "away"));
      case Readiness.Unready(Problem why) -> new Reply.Refused(why);
    };
  }
}
