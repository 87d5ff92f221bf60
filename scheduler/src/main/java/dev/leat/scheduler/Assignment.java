package dev.leat.scheduler;

import dev.leat.contract.VersionRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * That a worker is to keep instances of a version warm.
 *
 * @param node the name of the worker's node
 * @param instances at least 1
 */
public record Assignment(VersionRef version, String node, int instances) {
  public Assignment {
    if (instances < 1) {
      throw new IllegalArgumentException(
          "An assignment must be of at least 1 instance, was " + instances);
    }
  }

  /** The instances of each version, by node. */
  static Map<VersionRef, Map<String, Integer>> byVersion(List<Assignment> assignments) {
    Map<VersionRef, Map<String, Integer>> all = new HashMap<>();
    for (Assignment each : assignments) {
      all.computeIfAbsent(each.version(), first -> new HashMap<>())
          .put(each.node(), each.instances());
    }
    return all;
  }
}
