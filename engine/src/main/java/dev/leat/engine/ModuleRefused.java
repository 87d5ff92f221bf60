package dev.leat.engine;

import dev.leat.contract.Finding;
import java.util.List;
import java.util.stream.Collectors;

/** A module cannot be run, for each of its findings. */
public final class ModuleRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Finding> findings;

  public ModuleRefused(List<Finding> findings) {
    super(findings.stream().map(Finding::toString).collect(Collectors.joining("; ")));
    this.findings = List.copyOf(findings);
  }

  public List<Finding> findings() {
    return findings;
  }
}
