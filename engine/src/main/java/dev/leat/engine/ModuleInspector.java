package dev.leat.engine;

import dev.leat.contract.TenantId;

/**
 * Reads a module's bytes and says whether they may be run. Safe for several threads; blocks for
 * milliseconds to the compile budget's time twice; the bytes are hostile and nothing they hold is
 * executed.
 */
@FunctionalInterface
public interface ModuleInspector {
  /**
   * @param tenant who asks; tenants take turns
   */
  Inspection inspect(TenantId tenant, byte[] module);
}
