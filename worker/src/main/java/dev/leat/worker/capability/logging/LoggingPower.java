package dev.leat.worker.capability.logging;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Invocation;
import dev.leat.contract.PowerFunction;
import dev.leat.contract.permission.PermissionType;
import dev.leat.contract.trace.CallTrace;
import dev.leat.engine.GuestInstance;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.GuestText;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lines by {@code log} and {@code log_fields}, and by WASI's standard error. Denied, they are read
 * and left out.
 */
public final class LoggingPower implements Power<InstanceLog> {
  private final GuestLogs logs;

  public LoggingPower(GuestLogs logs) {
    this.logs = logs;
  }

  @Override
  public List<Offer<InstanceLog>> link(GuestContract contract) {
    List<Offer<InstanceLog>> plain =
        Offer.of(
            contract,
            PowerFunction.LOG,
            (log, guest, a) -> {
              log.line(level(a), text(guest, a));
              return 0;
            },
            LoggingPower::denied);
    List<Offer<InstanceLog>> withFields =
        Offer.of(
            contract,
            PowerFunction.LOG_FIELDS,
            (log, guest, a) -> {
              log.line(level(a), LogFields.appended(text(guest, a), fields(guest, a)));
              return 0;
            },
            (permits, guest, a) -> {
              var unused = fields(guest, a);
              return denied(permits, guest, a);
            });
    return Stream.concat(plain.stream(), withFields.stream()).toList();
  }

  private static long denied(GuestPermits permits, GuestInstance guest, long[] a) {
    var unused = text(guest, a);
    permits.allows(PermissionType.LOGGING, level(a).word());
    return 0;
  }

  private static GuestLog.Level level(long[] a) {
    return GuestLog.Level.of((int) a[0]);
  }

  private static String text(GuestInstance guest, long[] a) {
    return GuestText.read(guest, a[1], a[2], GuestLog.TEXT_MAX);
  }

  private static String fields(GuestInstance guest, long[] a) {
    return GuestText.read(guest, a[3], a[4], LogFields.BYTES_MAX);
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
    CallTrace noted = invocation.trace();
    log.prepare(invocation.id(), noted == null ? invocation.origin().trace() : noted.execution());
  }
}
