package dev.leat.engine;

import dev.leat.contract.ModuleReport;
import dev.leat.contract.TenantId;

/**
 * Says what can be told of a module without running it. Safe for several threads; blocks as {@link
 * ModuleInspector} does. The bytes are hostile.
 */
@FunctionalInterface
public interface ModuleAnalyzer {
  /**
   * @param tenant who asks; tenants take turns
   * @throws ModuleRefused if it is no valid module, with what is wrong
   * @throws CompilerBusy if others are looked at for too long
   */
  ModuleReport analyze(TenantId tenant, byte[] module);
}
