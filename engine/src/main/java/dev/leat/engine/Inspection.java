package dev.leat.engine;

import dev.leat.contract.Finding;
import java.util.List;

/** What came of reading and checking a module's bytes. */
public sealed interface Inspection {
  /** The module is valid and within the engine's limits. */
  record Accepted(ModuleShape shape) implements Inspection {}

  /** The module cannot be run here, for each of these reasons. */
  record Refused(List<Finding> findings) implements Inspection {
    public Refused {
      findings = List.copyOf(findings);
    }
  }

  /** Nothing is known of the module: the node has no room to look at it just now. */
  record Busy(String reason) implements Inspection {}
}
