package dev.leat.engine;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;

/** Turns a module's bytes into something that runs. Safe for several threads; blocks to compile. */
public interface ModuleLoader {
  /**
   * Checks the digest, reads and compiles the module.
   *
   * @param tenant who needs it first; tenants take turns when it has to be compiled
   * @throws ModuleTampered if the bytes are not those of the digest, or what was compiled of them
   *     was changed where it is kept
   * @throws ModuleRefused if it cannot be run
   * @throws CompilerBusy if it has to be compiled and there is no room for that just now
   */
  LoadedModule load(TenantId tenant, ModuleDigest digest, byte[] module);
}
