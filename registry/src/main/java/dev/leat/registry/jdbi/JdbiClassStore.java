package dev.leat.registry.jdbi;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.StoredModule;
import dev.leat.engine.ClassStore;
import dev.leat.store.Database;
import dev.leat.store.StoreFailure;
import dev.leat.store.encryption.Place;
import dev.leat.store.encryption.Rewrapping;
import dev.leat.store.encryption.WrappedKeys;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled modules in a table, for all nodes of the database, and in another the key that
 * authenticates them. It is a cache: what cannot be read or written costs a compilation, no more.
 * What cannot be deleted is a failure, since it would stay.
 */
public final class JdbiClassStore implements ClassStore, Rewrapping {
  private static final Logger LOG = LoggerFactory.getLogger(JdbiClassStore.class);
  private static final String KEY_ALGORITHM = "HmacSHA256";
  private static final int KEY_BYTES = 32;
  private static final Place PLACE = Place.of("class-key");

  private final Database database;
  private final WrappedKeys wrapped;
  private volatile @Nullable SecretKey key;

  /** Keeps its key in clear. */
  public JdbiClassStore(Database database) {
    this(database, WrappedKeys.NONE);
  }

  /**
   * @param wrapped how its key is kept
   */
  public JdbiClassStore(Database database, WrappedKeys wrapped) {
    this.database = database;
    this.wrapped = wrapped;
  }

  /** Takes the key of the first node that was ever started on this database. */
  public void start() {
    byte[] candidate = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(candidate);
    key = new SecretKeySpec(keepFirst(candidate), KEY_ALGORITHM);
  }

  private byte[] keepFirst(byte[] candidate) {
    return database.inTransaction(
        "Keeping the key of compiled modules",
        handle -> {
          int isFirst =
              handle.execute(
                  "INSERT INTO class_key (id, secret) VALUES (1, ?) ON CONFLICT DO NOTHING",
                  (Object) kept(candidate));
          if (isFirst == 1) {
            // Whatever is there was saved under a key that is lost.
            handle.execute("DELETE FROM module_chunks WHERE format <> ?", ModuleChunks.WASM);
          }
          return handle
              .createQuery("SELECT secret FROM class_key")
              .map((row, context) -> key(row.getBytes("secret")))
              .one();
        });
  }

  /** In clear as the bytes that it is, else as a text. */
  private byte[] kept(byte[] secret) {
    String text = Base64.getEncoder().encodeToString(secret);
    String wrapping = wrapped.wrap(text, PLACE);
    return wrapping.equals(text) ? secret : wrapping.getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] key(byte[] kept) {
    return kept.length == KEY_BYTES
        ? kept
        : Base64.getDecoder()
            .decode(wrapped.unwrap(new String(kept, StandardCharsets.US_ASCII), PLACE));
  }

  @Override
  public int rewrap() {
    return database.inTransaction(
        "Encrypting the key of compiled modules",
        handle -> {
          Optional<byte[]> kept =
              handle
                  .createQuery("SELECT secret FROM class_key FOR UPDATE")
                  .mapTo(byte[].class)
                  .findOne();
          return kept.isEmpty()
                  || !wrapped.isOutdated(new String(kept.get(), StandardCharsets.US_ASCII))
              ? 0
              : handle.execute("UPDATE class_key SET secret = ?", (Object) kept(key(kept.get())));
        });
  }

  @Override
  public SecretKey key() {
    return Objects.requireNonNull(key, "the store has not been started");
  }

  @Override
  public Optional<byte[]> load(ModuleDigest module, String format) {
    try {
      return database.inTransaction(
          "Loading the classes of module " + module,
          handle -> ModuleChunks.read(handle, module, format));
    } catch (StoreFailure e) {
      LOG.warn("Stored classes cannot be read module={} cause={}", module, e.toString());
      return Optional.empty();
    }
  }

  /** Another node may save the same at the same moment: one of both is kept. */
  @Override
  public void save(ModuleDigest module, String format, byte[] compiled) {
    try {
      var unused =
          database.inTransactionUnlessTaken(
              "Storing the classes of module " + module,
              handle -> {
                ModuleChunks.write(handle, module, format, compiled);
                return deleteOlder(handle, module, format);
              });
    } catch (StoreFailure e) {
      LOG.warn("Classes cannot be stored module={} cause={}", module, e.toString());
    }
  }

  /** Keeps two formats: of this release, and of another whose nodes may run beside it. */
  private static int deleteOlder(Handle handle, ModuleDigest module, String format) {
    return handle
        .createUpdate(
            """
            DELETE FROM module_chunks
            WHERE digest = :digest AND format NOT IN (:wasm, :format) AND format <> (
              SELECT format FROM module_chunks
              WHERE digest = :digest AND format NOT IN (:wasm, :format)
              ORDER BY saved_at DESC, format LIMIT 1)
            """)
        .bind("digest", module.toString())
        .bind("wasm", ModuleChunks.WASM)
        .bind("format", format)
        .execute();
  }

  @Override
  public List<StoredModule> stored(Optional<ModuleDigest> after, int most) {
    return database.read(
        "Listing stored classes", handle -> ModuleChunks.stored(handle, false, after, most));
  }

  @Override
  public void delete(ModuleDigest module) {
    database.useTransaction(
        "Deleting the classes of module " + module,
        handle ->
            handle.execute(
                "DELETE FROM module_chunks WHERE digest = ? AND format <> ?",
                module.toString(),
                ModuleChunks.WASM));
  }
}
