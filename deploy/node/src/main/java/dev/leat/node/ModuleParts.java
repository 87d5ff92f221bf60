package dev.leat.node;

import dev.leat.contract.ModuleDigest;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.chicory.ChicoryEngine;
import dev.leat.store.Database;
import dev.leat.store.StoreFailure;
import dev.leat.worker.ModuleUnavailable;
import javax.sql.DataSource;

/**
 * Where modules are, and what compiles and runs them: on every node, since gateways compile what is
 * published and workers run it.
 */
final class ModuleParts {
  /** One object for all of the registry, so that what is done together is one transaction. */
  final Database database;

  final ModuleStorage storage;
  final GuestHeap guestHeap = GuestHeap.ofThisJvm();
  final ChicoryEngine engine;

  ModuleParts(NodeConfig config, DataDirectory directory, DataSource source) {
    database = new Database(source);
    storage = ModuleStorage.of(config.blobPlace(), directory, database);
    engine =
        new ChicoryEngine(ModuleLimits.DEFAULT, config.compiling(), storage.classes(), guestHeap);
  }

  byte[] bytes(ModuleDigest digest) {
    try {
      return storage
          .blobs()
          .load(digest)
          .orElseThrow(() -> new IllegalStateException("the bytes of " + digest + " are missing"));
    } catch (StoreFailure e) {
      throw e.isRetryable() ? new ModuleUnavailable(e) : e;
    }
  }
}
