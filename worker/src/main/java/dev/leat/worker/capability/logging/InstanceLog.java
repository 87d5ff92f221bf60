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
  private GuestLogs.@Nullable CallLog call;

  InstanceLog(GuestLogs logs, FunctionVersion version, GuestPermits permits) {
    this.logs = logs;
    this.version = version;
    this.permits = permits;
  }

  void prepare(String id) {
    invocationId = id;
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
      log = logs.of(version, invocationId);
      call = log;
    }
    log.line(level, text);
  }
}
