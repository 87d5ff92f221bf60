package dev.leat.engine;

import dev.leat.contract.ModuleDigest;

/** Turns a module's bytes into something that runs. Safe for several threads; blocks to compile. */
public interface ModuleLoader {
  /**
   * Checks the digest, reads and compiles the module.
   *
   * @throws ModuleRefused if the bytes are not those of the digest, or cannot be run
   * @throws CompilerBusy if it has to be compiled and there is no room for that just now
   */
  LoadedModule load(ModuleDigest digest, byte[] module);
}
