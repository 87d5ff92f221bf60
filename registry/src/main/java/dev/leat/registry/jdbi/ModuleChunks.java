package dev.leat.registry.jdbi;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.StoredModule;
import dev.leat.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of modules in rows of the table {@code module_chunks}, in chunks, so that beside the whole
 * no more than a chunk of it is held at a time.
 */
final class ModuleChunks {
  /** The format of modules' own bytes; classes have others. */
  static final String WASM = "wasm";

  /** The most that a {@code BYTEA} of H2 holds. A module of 32 MiB takes 32. */
  static final int CHUNK_BYTES = 1 << 20;

  private ModuleChunks() {}

  /** In a transaction: else PostgreSQL's driver fetches all rows at once. */
  static Optional<byte[]> read(Handle handle, ModuleDigest digest, String format) {
    return handle
        .createQuery(
            """
            SELECT bytes, (
              SELECT SUM(OCTET_LENGTH(bytes)) FROM module_chunks
              WHERE digest = :digest AND format = :format
            ) AS size_bytes
            FROM module_chunks WHERE digest = :digest AND format = :format ORDER BY number
            """)
        .bind("digest", digest.toString())
        .bind("format", format)
        .setFetchSize(1)
        .scanResultSet((rows, context) -> {
          try (context) {
            return Optional.ofNullable(whole(rows.get()));
          }
        });
  }

  private static byte @Nullable [] whole(ResultSet rows) throws SQLException {
    byte[] whole = null;
    int at = 0;
    while (rows.next()) {
      if (whole == null) {
        whole = new byte[rows.getInt("size_bytes")];
      }
      byte[] chunk = rows.getBytes("bytes");
      System.arraycopy(chunk, 0, whole, at, chunk.length);
      at += chunk.length;
    }
    return whole;
  }

  /** Takes the place of what is there, and gives how many chunks it is; in a transaction. */
  static int write(Handle handle, ModuleDigest digest, String format, byte[] bytes) {
    delete(handle, digest, format);
    int number = 0;
    int at = 0;
    do {
      int end = Math.min(bytes.length, at + CHUNK_BYTES);
      handle
          .createUpdate(
              """
              INSERT INTO module_chunks (digest, format, number, bytes)
              VALUES (:digest, :format, :number, :bytes)
              """)
          .bind("digest", digest.toString())
          .bind("format", format)
          .bind("number", number++)
          .bind("bytes", Arrays.copyOfRange(bytes, at, end))
          .execute();
      at = end;
    } while (at < bytes.length);
    return number;
  }

  /**
   * Modules of which something is kept, in the order of their digests.
   *
   * @param isWasm whether their own bytes are meant, or what was compiled of them
   */
  static List<StoredModule> stored(
      Handle handle, boolean isWasm, Optional<ModuleDigest> after, int most) {
    return handle
        .createQuery(
            """
            SELECT digest, MAX(saved_at) AS stored_at FROM module_chunks
            WHERE digest > :after AND format %s :wasm
            GROUP BY digest ORDER BY digest LIMIT :most
            """
                .formatted(isWasm ? "=" : "<>"))
        .bind("after", after.map(ModuleDigest::toString).orElse(""))
        .bind("wasm", WASM)
        .bind("most", most)
        .map((row, context) ->
            new StoredModule(
                ModuleDigest.parse(row.getString("digest")), Database.instant(row, "stored_at")))
        .list();
  }

  static void delete(Handle handle, ModuleDigest digest, String format) {
    handle.execute(
        "DELETE FROM module_chunks WHERE digest = ? AND format = ?", digest.toString(), format);
  }
}
