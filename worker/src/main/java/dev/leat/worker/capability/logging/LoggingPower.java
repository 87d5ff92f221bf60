package dev.leat.worker.capability.logging;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Invocation;
import dev.leat.contract.PowerFunction;
import dev.leat.contract.permission.PermissionType;
import dev.leat.engine.GuestInstance;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.GuestText;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lines by {@code log}, and by WASI's standard error. Denied, they are read and left out. */
public final class LoggingPower implements Power<InstanceLog> {
  private final GuestLogs logs;

  public LoggingPower(GuestLogs logs) {
    this.logs = logs;
  }

  @Override
  public List<Offer<InstanceLog>> link(GuestContract contract) {
    return Offer.of(
        contract,
        PowerFunction.LOG,
        (log, guest, a) -> {
          log.line(GuestLog.Level.of((int) a[0]), text(guest, a));
          return 0;
        },
        (permits, guest, a) -> {
          var unused = text(guest, a);
          permits.allows(PermissionType.LOGGING, GuestLog.Level.of((int) a[0]).word());
          return 0;
        });
  }

  private static String text(GuestInstance guest, long[] a) {
    return GuestText.read(guest, a[1], a[2], GuestLog.TEXT_MAX);
  }

  @Override
  public Optional<InstanceLog> configure(
      FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed) {
    return version
        .grants()
        .find(Grant.Logging.class)
        .map(granted -> new InstanceLog(logs, version, permits));
  }

  @Override
  public void prepare(InstanceLog log, Invocation invocation) {
    log.prepare(invocation.id());
  }
}
