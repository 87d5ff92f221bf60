package dev.leat.scheduler;

import dev.leat.contract.VersionRef;

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
}
