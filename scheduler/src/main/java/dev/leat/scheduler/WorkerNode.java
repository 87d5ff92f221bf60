package dev.leat.scheduler;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Invoker;

/**
 * A worker that invocations can be placed on: this node's own, or another node's. Safe for several
 * threads; nothing here blocks or does I/O of its own.
 */
public interface WorkerNode extends Invoker {
  /** The name of its node. */
  String node();

  /** Whether it is this node's own. */
  boolean isLocal();

  /** Whether it may be given new invocations now: it is reachable, and neither joins nor drains. */
  boolean isReady();

  /** What it has to do, as far as is known here at this moment. */
  Load load();

  /** How long all that it has to do will probably take it; asked of this node's own alone. */
  default long backlogNanos() {
    return Long.MAX_VALUE;
  }

  /** Whether it has run the version lately; asked of this node's own alone. */
  default boolean isWarm(FunctionVersion version) {
    return false;
  }
}
