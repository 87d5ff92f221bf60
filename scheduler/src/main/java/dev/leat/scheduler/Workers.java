package dev.leat.scheduler;

import java.util.List;

/** The workers of the cluster that this node can send invocations to. Safe for several threads. */
@FunctionalInterface
public interface Workers {
  /**
   * All that are known, ready or not, this node's own among them if it is one; the same list until
   * a worker comes or goes. Never blocks.
   */
  List<WorkerNode> all();
}
