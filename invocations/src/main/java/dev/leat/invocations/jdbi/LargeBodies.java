package dev.leat.invocations.jdbi;

import dev.leat.contract.TenantId;
import dev.leat.invocations.async.AsyncStore;
import dev.leat.invocations.async.BodyStore;
import dev.leat.store.Database;
import dev.leat.store.StoreFailure;
import dev.leat.store.blob.Blobs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterable;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * Bodies that are too large for a row of the queue. They are in pieces in a table, written and
 * removed in the transactions of their rows; or in a blob store, put there before the transaction
 * that claims them, and deleted after the one that gives them up. Which of both says the body's own
 * row, so that what was kept before the configuration changed is found after.
 */
public final class LargeBodies implements BodyStore {
  /** What an invocation is called with. */
  static final String INPUT = "i";

  /** What a function answered. */
  static final String RESULT = "r";

  /** What a call with a key was answered: in pieces, for a caller waits while it is written. */
  static final String KEYED = "k";

  /** The most that a {@code BYTEA} of H2 holds. */
  private static final int PIECE_BYTES = 1 << 20;

  /** Blobs that are deleted at the same time. */
  private static final int DELETED_AT_ONCE = 16;

  /** One that cannot be deleted is tried again. */
  private static final Duration AGAIN_AFTER = Duration.ofMinutes(1);

  /** One that is removed so soon is not claimed any more: longer than any transaction takes. */
  private static final String IS_CLAIMABLE =
      "kind = '' AND discard_at > CURRENT_TIMESTAMP + INTERVAL '10' MINUTE";

  private final Database database;
  private final Optional<Blobs> blobs;

  /**
   * @param blobs where large bodies go; empty for the database's table
   */
  public LargeBodies(DataSource source, Optional<Blobs> blobs) {
    this.database = new Database(source);
    this.blobs = blobs;
  }

  /** In the database's table. */
  public static LargeBodies inTable(DataSource source) {
    return new LargeBodies(source, Optional.empty());
  }

  static boolean isLarge(byte[] body) {
    return body.length > AsyncStore.INLINE_BYTES_MAX;
  }

  @Override
  public boolean isKeptAhead(byte[] body) {
    return blobs.isPresent() && isLarge(body);
  }

  @Override
  public String keep(TenantId tenant, byte[] body) {
    Blobs to = blobs.orElseThrow();
    String name = UUID.randomUUID().toString().replace("-", "");
    database.useTransaction(
        "Noting a body of tenant " + tenant,
        handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO async_blobs (name, tenant, id, kind, digest, place, discard_at)
                    VALUES (:name, :tenant, '', '', :digest, :place, %s)
                    """
                        .formatted(JdbiAsyncStore.FROM_NOW.formatted("kept")))
                .bind("name", name)
                .bind("tenant", tenant.value())
                .bind("digest", sha256(body))
                .bind("place", to.place())
                .bind("kept", UNCLAIMED_KEPT.toMillis())
                .execute());
    to.put(name, body);
    return name;
  }

  @Override
  public void discard(String name) {
    database.useTransaction("Giving up a body", handle -> discard(handle, name));
  }

  /** The same as a part of a transaction; does nothing where it is somebody's. */
  static void discard(Handle handle, String name) {
    handle.execute(
        """
        UPDATE async_blobs SET discard_at = CURRENT_TIMESTAMP
        WHERE name = ? AND discard_at > CURRENT_TIMESTAMP
        """,
        name);
  }

  @Override
  public List<String> elsewhere() {
    return database.read(
        "Reading where bodies are",
        handle ->
            handle
                .createQuery("SELECT DISTINCT place FROM async_blobs ORDER BY place")
                .mapTo(String.class)
                .filter(place -> blobs.filter(it -> it.place().equals(place)).isEmpty())
                .list());
  }

  /** Blobs first: what is interrupted is done again, and deleting what is gone does nothing. */
  @Override
  public int remove(int most) {
    if (blobs.isEmpty()) {
      return 0;
    }
    Blobs from = blobs.get();
    List<String> names =
        database.read(
            "Reading which bodies nobody has",
            handle ->
                handle
                    .createQuery(
                        """
                        SELECT name FROM async_blobs
                        WHERE place = :place AND discard_at
                          BETWEEN TIMESTAMP WITH TIME ZONE '1970-01-01 00:00:00Z'
                          AND CURRENT_TIMESTAMP -- H2 would else read those in use, too
                        ORDER BY discard_at LIMIT :most
                        """)
                    .bind("place", from.place())
                    .bind("most", most)
                    .mapTo(String.class)
                    .list());
    if (names.isEmpty()) {
      return 0;
    }
    Deleted deleted = delete(names, from);
    database.useTransaction(
        "Forgetting bodies that nobody has",
        handle -> {
          PreparedBatch rows = handle.prepareBatch("DELETE FROM async_blobs WHERE name = :name");
          deleted.names().forEach(name -> rows.bind("name", name).add());
          if (rows.size() > 0) {
            rows.execute();
          }
          // The others come again later, behind those that can be deleted.
          names.stream()
              .filter(name -> !deleted.names().contains(name))
              .forEach(name ->
                  handle
                      .createUpdate(
                          "UPDATE async_blobs SET kind = 'd', discard_at = %s WHERE name = :name"
                              .formatted(JdbiAsyncStore.FROM_NOW.formatted("later")))
                      .bind("later", AGAIN_AFTER.toMillis())
                      .bind("name", name)
                      .execute());
        });
    if (deleted.failure() != null) {
      throw deleted.failure();
    }
    return names.size();
  }

  /**
   * @param names whose blobs are gone
   * @param failure of another, if there was one
   */
  private record Deleted(Set<String> names, @Nullable StoreFailure failure) {}

  private static Deleted delete(List<String> names, Blobs from) {
    Set<String> gone = ConcurrentHashMap.newKeySet();
    AtomicReference<StoreFailure> failure = new AtomicReference<>();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(DELETED_AT_ONCE, Thread.ofVirtual().factory())) {
      names.forEach(name ->
          threads.execute(() -> {
            try {
              from.delete(name);
              gone.add(name);
            } catch (StoreFailure e) {
              failure.set(e);
            }
          }));
    }
    return new Deleted(gone, failure.get());
  }

  /**
   * Writes a row's body.
   *
   * @param kept its name, if it was kept ahead
   */
  static void write(
      Handle handle, TenantId tenant, String id, String kind, byte[] body, Optional<String> kept) {
    // One that was kept too long ago is removed at any time.
    if (kept.isEmpty() || !claim(handle, id, kind, kept.get())) {
      writePieces(handle, tenant, id, kind, body);
    }
  }

  private static boolean claim(Handle handle, String id, String kind, String name) {
    return handle.execute(
            """
            UPDATE async_blobs SET id = ?, kind = ?, discard_at = NULL WHERE name = ? AND %s
            """
                .formatted(IS_CLAIMABLE),
            id,
            kind,
            name)
        == 1;
  }

  /**
   * Whether a row may still claim it; else its tenant has gone, or it waited for most of its time.
   */
  static boolean isClaimable(Handle handle, String name) {
    return handle
        .createQuery(
            "SELECT name FROM async_blobs WHERE name = :name AND %s".formatted(IS_CLAIMABLE))
        .bind("name", name)
        .mapTo(String.class)
        .findFirst()
        .isPresent();
  }

  private static void writePieces(
      Handle handle, TenantId tenant, String id, String kind, byte[] body) {
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

  /** Where a body is, and what of it is known already. */
  sealed interface Found {
    record Whole(byte[] bytes) implements Found {}

    record InBlob(String name, String place, String digest, int bytes) implements Found {}
  }

  /**
   * The body itself, outside of any transaction: a blob store may take seconds.
   *
   * @throws StoreFailure one that may pass when the store is away, or another one is configured;
   *     one that does not when the body is lost
   */
  byte[] load(Found found) {
    return switch (found) {
      case Found.Whole(byte[] bytes) -> bytes;
      case Found.InBlob(String name, String place, String digest, int bytes) -> {
        byte[] loaded =
            blobs
                .filter(it -> it.place().equals(place))
                .orElseThrow(() ->
                    broken(true, "A body is in %s; 'blobs' names another place".formatted(place)))
                .load(name, bytes)
                .orElseThrow(
                    () -> broken(false, "The body %s is not in the blob store".formatted(name)));
        if (loaded.length != bytes || !sha256(loaded).equals(digest)) {
          throw broken(false, "The body %s was altered in the blob store".formatted(name));
        }
        yield loaded;
      }
    };
  }

  private static String sha256(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every JDK has SHA-256", e);
    }
  }

  private static StoreFailure broken(boolean mayPass, String what) {
    return new StoreFailure("Reading a large body", mayPass, new IOException(what));
  }

  /**
   * A row's body, in a transaction: else PostgreSQL's driver fetches all pieces at once. Empty if
   * the row has none, or is gone.
   *
   * @param bytes how long it is, so that it is in memory once
   */
  static Optional<Found> find(Handle handle, TenantId tenant, String id, String kind, int bytes) {
    Optional<Found> blob =
        handle
            .createQuery(
                """
                SELECT name, place, digest FROM async_blobs
                WHERE tenant = :tenant AND id = :id AND kind = :kind AND discard_at IS NULL
                """)
            .bind("tenant", tenant.value())
            .bind("id", id)
            .bind("kind", kind)
            .<Found>map((row, context) ->
                new Found.InBlob(
                    row.getString("name"), row.getString("place"), row.getString("digest"), bytes))
            .findFirst();
    return blob.isPresent() ? blob : pieces(handle, tenant, id, kind, bytes).map(Found.Whole::new);
  }

  /** The same of one that is in pieces. */
  static Optional<byte[]> pieces(
      Handle handle, TenantId tenant, String id, String kind, int bytes) {
    ByteBuffer whole = ByteBuffer.allocate(bytes);
    ResultIterable<byte[]> pieces =
        handle
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
    pieces.forEach(whole::put);
    return whole.position() == 0 ? Optional.empty() : Optional.of(whole.array());
  }

  /** Gives up some of what a tenant has in the blob store; how many. */
  static int discardSome(Handle handle, TenantId tenant, int most) {
    return handle
        .createUpdate(
            """
            UPDATE async_blobs SET discard_at = CURRENT_TIMESTAMP WHERE name IN (
              SELECT name FROM async_blobs
              WHERE tenant = :tenant AND kind <> 'd'
                AND (discard_at IS NULL OR discard_at > CURRENT_TIMESTAMP)
              LIMIT :most)
            """)
        .bind("tenant", tenant.value())
        .bind("most", most)
        .execute();
  }

  /** Gives a row's body up, in the transaction that removes the row. */
  static void delete(Handle handle, TenantId tenant, String id, String kind) {
    handle.execute(
        "DELETE FROM async_bodies WHERE tenant = ? AND id = ? AND kind = ?",
        tenant.value(),
        id,
        kind);
    handle.execute(
        """
        UPDATE async_blobs SET discard_at = CURRENT_TIMESTAMP
        WHERE tenant = ? AND id = ? AND kind = ? AND discard_at IS NULL
        """,
        tenant.value(),
        id,
        kind);
  }
}
