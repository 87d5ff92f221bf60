package dev.leat.scheduler;

import dev.leat.contract.FunctionVersion;
import java.util.Set;

/** Which workers keep which versions warm, as far as that is decided. Safe for several threads. */
@FunctionalInterface
public interface Assignments {
  /** Nothing is decided: every worker is as good as any. */
  Assignments NONE = version -> Set.of();

  /**
   * The names of the nodes whose workers keep the version; empty when that is not decided. In
   * memory; never blocks.
   */
  Set<String> of(FunctionVersion version);
}
