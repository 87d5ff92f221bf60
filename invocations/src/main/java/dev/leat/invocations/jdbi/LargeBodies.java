package dev.leat.invocations.jdbi;

import dev.leat.contract.TenantId;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterable;

/**
 * Bodies that are too large for a row of the queue, in pieces. They are written and removed in the
 * transactions of their rows, so none is ever left behind.
 */
final class LargeBodies {
  /** What an invocation is called with. */
  static final String INPUT = "i";

  /** What a function answered. */
  static final String RESULT = "r";

  /** What a call with a key was answered. */
  static final String KEYED = "k";

  /** The most that a {@code BYTEA} of H2 holds. */
  private static final int PIECE_BYTES = 1 << 20;

  private LargeBodies() {}

  static void write(Handle handle, TenantId tenant, String id, String kind, byte[] body) {
    int number = 0;
    for (int at = 0; at < body.length; at += PIECE_BYTES) {
      handle
          .createUpdate(
              """
              INSERT INTO async_bodies (tenant, id, kind, number, bytes)
              VALUES (:tenant, :id, :kind, :number, :bytes)
              """)
          .bind("tenant", tenant.value())
          .bind("id", id)
          .bind("kind", kind)
          .bind("number", number++)
          .bind("bytes", Arrays.copyOfRange(body, at, Math.min(body.length, at + PIECE_BYTES)))
          .execute();
    }
  }

  /** In a transaction: else PostgreSQL's driver fetches all pieces at once. */
  static Optional<byte[]> read(Handle handle, TenantId tenant, String id, String kind) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    pieces(handle, tenant, id, kind).forEach(whole::writeBytes);
    return whole.size() == 0 ? Optional.empty() : Optional.of(whole.toByteArray());
  }

  private static ResultIterable<byte[]> pieces(
      Handle handle, TenantId tenant, String id, String kind) {
    return handle
        .createQuery(
            """
            SELECT bytes FROM async_bodies WHERE tenant = :tenant AND id = :id AND kind = :kind
            ORDER BY number
            """)
        .bind("tenant", tenant.value())
        .bind("id", id)
        .bind("kind", kind)
        .setFetchSize(1)
        .map((row, context) -> row.getBytes("bytes"));
  }

  /** One whose size is known, so that it is in memory once. */
  static byte[] read(Handle handle, TenantId tenant, String id, String kind, int bytes) {
    ByteBuffer whole = ByteBuffer.allocate(bytes);
    pieces(handle, tenant, id, kind).forEach(whole::put);
    return whole.array();
  }

  static void delete(Handle handle, TenantId tenant, String id, String kind) {
    handle.execute(
        "DELETE FROM async_bodies WHERE tenant = ? AND id = ? AND kind = ?",
        tenant.value(),
        id,
        kind);
  }
}
