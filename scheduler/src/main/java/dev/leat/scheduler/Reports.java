package dev.leat.scheduler;

import java.util.Map;

/** What the workers of the cluster said of themselves. Never blocks. */
@FunctionalInterface
public interface Reports {
  /** By the name of the node, this one's own among them; none of workers that do not answer. */
  Map<String, WorkerReport> latest();
}
