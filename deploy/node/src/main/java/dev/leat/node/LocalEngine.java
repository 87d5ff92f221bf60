package dev.leat.node;

import dev.leat.contract.Answer;
import dev.leat.contract.ModuleReport;
import dev.leat.contract.TenantId;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.chicory.ChicoryEngine;
import dev.leat.registry.module.ModuleAnalysis;

/** The engine without a node, for who writes functions. */
public final class LocalEngine {
  private static final TenantId NOBODY = new TenantId("local");

  private LocalEngine() {}

  /**
   * What can be told of a module, or everything that keeps the platform from accepting it.
   *
   * @param what it is, for the refusal
   */
  public static Answer<ModuleReport> analyze(String what, byte[] module) {
    return ModuleAnalysis.report(new ChicoryEngine(ModuleLimits.DEFAULT), NOBODY, what, module);
  }
}
