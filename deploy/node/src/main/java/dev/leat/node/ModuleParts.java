package dev.leat.node;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.LoadedModule;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.chicory.ChicoryEngine;
import dev.leat.registry.jdbi.TenantTurns;
import dev.leat.registry.module.BlobStore;
import dev.leat.registry.module.GuardedBlobStore;
import dev.leat.registry.module.TamperAlarm;
import dev.leat.store.Database;
import dev.leat.store.StoreFailure;
import dev.leat.store.encryption.WrappedKeys;
import dev.leat.worker.ModuleUnavailable;
import java.time.InstantSource;
import java.util.function.Consumer;
import javax.sql.DataSource;

/**
 * Where modules are, and what compiles and runs them: on every node, since gateways compile what is
 * published and workers run it.
 */
final class ModuleParts {
  /** One object for all of the registry, so that what is done together is one transaction. */
  final Database database;

  /** Of functions, modules and permissions alike. */
  final TenantTurns turns;

  final BlobStorage storage;
  final TamperAlarm alarm;
  final BlobStore blobs;
  final GuestHeap guestHeap = GuestHeap.ofThisJvm();
  final ChicoryEngine engine;

  /**
   * @param wrapped how the platform's own keys are kept
   * @param audit keeps an audit record
   */
  ModuleParts(
      NodeConfig config,
      DataDirectory directory,
      DataSource source,
      WrappedKeys wrapped,
      Consumer<AuditEntry> audit,
      InstantSource clock) {
    database = new Database(source);
    turns = new TenantTurns(database);
    storage = BlobStorage.of(config, directory, database, wrapped);
    alarm = new TamperAlarm(audit, config.name(), clock, System::nanoTime);
    blobs = new GuardedBlobStore(storage.blobs(), alarm);
    engine =
        new ChicoryEngine(
            ModuleLimits.DEFAULT, config.compiling(), storage.classes(), guestHeap, alarm::found);
  }

  /** As {@link dev.leat.engine.ModuleLoader#load}. */
  LoadedModule load(TenantId tenant, ModuleDigest digest, byte[] module) {
    LoadedModule loaded = engine.load(tenant, digest, module);
    alarm.whole(digest);
    return loaded;
  }

  /** As {@link dev.leat.worker.ModuleSource#load}. */
  byte[] bytes(ModuleDigest digest) {
    alarm.pass(digest);
    try {
      return blobs
          .load(digest)
          .orElseThrow(() -> new IllegalStateException("the bytes of " + digest + " are missing"));
    } catch (StoreFailure e) {
      throw e.isRetryable() ? new ModuleUnavailable(e) : e;
    }
  }
}
