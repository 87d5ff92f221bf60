package dev.leat.registry.module;

import dev.leat.contract.ModuleDigest;
import java.util.function.Consumer;

/**
 * Removes what is kept of a module beside its row once no tenant has one: its bytes, and what was
 * compiled of them. Else publishing and deleting, or publishing what is refused in the end, would
 * fill the disk. Safe for several threads; blocks.
 */
public final class CollectModule {
  private final ModuleStore modules;
  private final BlobStore blobs;
  private final Consumer<ModuleDigest> compiled;

  /**
   * @param compiled forgets what was compiled of a module, which costs a compilation if it is
   *     needed after all
   */
  public CollectModule(ModuleStore modules, BlobStore blobs, Consumer<ModuleDigest> compiled) {
    this.modules = modules;
    this.blobs = blobs;
    this.compiled = compiled;
  }

  /** Does nothing while any tenant has a module of that digest. */
  public void collect(ModuleDigest digest) {
    modules.collect(
        digest,
        () -> {
          blobs.delete(digest);
          compiled.accept(digest);
        });
  }
}
