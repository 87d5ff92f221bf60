package dev.leat.worker.capability.logging;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.permission.PermissionType;
import dev.leat.engine.StackRoom;
import dev.leat.worker.capability.GuestPermits;
import org.jspecify.annotations.Nullable;

/** The log of one instance: what its call writes. Confined to the guest's thread. */
public final class InstanceLog {
  private final GuestLogs logs;
  private final FunctionVersion version;
  private final GuestPermits permits;
  private String invocationId = "";
  private @Nullable String trace;
  private GuestLogs.@Nullable CallLog call;

  InstanceLog(GuestLogs logs, FunctionVersion version, GuestPermits permits) {
    this.logs = logs;
    this.version = version;
    this.permits = permits;
  }

  /**
   * @param context of the call's span, or its request's; null when it is not traced
   */
  void prepare(String id, @Nullable String context) {
    invocationId = id;
    trace = context;
    call = null;
  }

  /** Keeps a line that may be written, within what the call and its tenant may write. */
  public void line(GuestLog.Level level, String text) {
    if (!permits.allows(PermissionType.LOGGING, level.word())) {
      return;
    }
    StackRoom.forALogLine();
    GuestLogs.CallLog log = call;
    if (log == null) {
      log = logs.of(new GuestLog.From(version, invocationId, trace));
      call = log;
    }
    log.line(level, text);
  }
}
