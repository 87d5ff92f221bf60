package dev.leat.worker;

import dev.leat.contract.permission.PermissionSource;
import dev.leat.worker.capability.PermissionDenials;
import dev.leat.worker.capability.Powers;
import dev.leat.worker.capability.clock.ClockPower;
import dev.leat.worker.capability.config.ConfigPower;
import dev.leat.worker.capability.database.DatabasePower;
import dev.leat.worker.capability.http.HttpPower;
import dev.leat.worker.capability.keyvalue.KeyValuePower;
import dev.leat.worker.capability.logging.GuestLogs;
import dev.leat.worker.capability.logging.LoggingPower;
import dev.leat.worker.capability.metrics.GuestMetrics;
import dev.leat.worker.capability.metrics.MetricsPower;
import dev.leat.worker.capability.random.RandomPower;
import dev.leat.worker.capability.secret.SecretsPower;
import java.time.InstantSource;
import java.util.List;

/** Every power of this release, a line each. How one is added: docs/ARCHITECTURE.md. */
public final class HostPowers {
  private HostPowers() {}

  /** What the powers need of the node, handed to those that need it. */
  public static Powers of(
      GuestLogs logs,
      GuestMetrics metrics,
      KeyValuePower keyValues,
      HttpPower http,
      SecretsPower secrets,
      DatabasePower databases,
      InstantSource clock,
      PermissionSource permissions,
      PermissionDenials denials) {
    return new Powers(
        List.of(
            new LoggingPower(logs),
            new MetricsPower(metrics),
            new ConfigPower(),
            http,
            keyValues,
            secrets,
            databases,
            new ClockPower(clock),
            new RandomPower()),
        permissions,
        denials);
  }
}
