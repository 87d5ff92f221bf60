package dev.leat.worker;

import dev.leat.contract.ModuleDigest;

/** Where a worker gets the bytes of a published module. Blocks; called on its own threads. */
@FunctionalInterface
public interface ModuleSource {
  /**
   * The module's bytes.
   *
   * @throws ModuleUnavailable if they cannot be read just now
   * @throws dev.leat.engine.ModuleTampered if they were changed where they are kept
   * @throws RuntimeException if they are missing or cannot be read
   */
  byte[] load(ModuleDigest digest);
}
