package dev.leat.registry.jdbi;

import dev.leat.contract.ModuleDigest;
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
  /** What is told at once of what was left behind: some milliseconds each to remove. */
  static final int ABANDONED_MAX = 1_000;

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

  /**
   * Modules that no tenant has and of which something is kept, bytes or classes: what a process
   * left that was killed before it was done. An hour is far more than publishing takes, so nobody
   * is about to.
   */
  public List<ModuleDigest> abandoned() {
    return database.read(
        "Finding what is left of modules",
        handle ->
            handle
                .createQuery(
                    """
                    SELECT DISTINCT digest FROM module_chunks
                    WHERE saved_at < CURRENT_TIMESTAMP - INTERVAL '1' HOUR
                      AND NOT EXISTS (
                        SELECT 1 FROM modules WHERE modules.digest = module_chunks.digest)
                    LIMIT :limit
                    """)
                .bind("limit", ABANDONED_MAX)
                .map((row, context) -> ModuleDigest.parse(row.getString("digest")))
                .list());
  }
}
