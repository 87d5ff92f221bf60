package dev.leat.registry.jdbi;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.StoredModule;
import dev.leat.registry.module.BlobStore;
import dev.leat.registry.module.DigestCheck;
import dev.leat.store.Database;
import java.util.List;
import java.util.Optional;

/**
 * Modules' bytes in a table, for all nodes of the database. What is called inside of a transaction
 * of the same {@link Database} is part of it: a module and its bytes are kept together, and no
 * second connection is waited for while one is held.
 */
public final class JdbiBlobStore implements BlobStore {
  private final Database database;

  public JdbiBlobStore(Database database) {
    this.database = database;
  }

  @Override
  public void put(ModuleDigest digest, byte[] bytes) {
    DigestCheck.require(digest, bytes);
    // Taken: another has just put the very same bytes.
    var unused =
        database.inTransactionUnlessTaken(
            "Storing the module " + digest,
            handle -> ModuleChunks.write(handle, digest, ModuleChunks.WASM, bytes));
  }

  @Override
  public Optional<byte[]> load(ModuleDigest digest) {
    return database
        .inTransaction(
            "Loading the module " + digest,
            handle -> ModuleChunks.read(handle, digest, ModuleChunks.WASM))
        .map(stored -> DigestCheck.checked(digest, stored));
  }

  @Override
  public void delete(ModuleDigest digest) {
    database.useTransaction(
        "Deleting the module " + digest,
        handle -> ModuleChunks.delete(handle, digest, ModuleChunks.WASM));
  }

  @Override
  public List<StoredModule> stored(Optional<ModuleDigest> after, int most) {
    return database.read(
        "Listing stored modules", handle -> ModuleChunks.stored(handle, true, after, most));
  }
}
