package dev.leat.node;

import dev.leat.contract.FunctionVersion;
import dev.leat.invocations.InvocationLogs;
import dev.leat.registry.loglevel.LogLevel;
import dev.leat.registry.loglevel.LogLevels;
import dev.leat.worker.capability.logging.GuestLog;

/** Guests' lines in the node's own log, and kept by invocation for their tenants. */
final class KeptGuestLog implements GuestLog {
  private final GuestLog own;
  private final InvocationLogs kept;
  private final LogLevels levels;

  KeptGuestLog(GuestLog own, InvocationLogs kept, LogLevels levels) {
    this.own = own;
    this.kept = kept;
    this.levels = levels;
  }

  /** A line that the node's log leaves out by its level is kept all the same, and counts. */
  @Override
  public int line(From from, Level level, String text) {
    FunctionVersion version = from.version();
    if (!levels.keeps(version.function(), LogLevel.valueOf(level.name()))) {
      return 0;
    }
    int written = own.line(from, level, text);
    kept.append(version, from.invocationId(), level.name(), text);
    return Math.max(written, text.length() + 1);
  }
}
