package dev.leat.tenants.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Change;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import dev.leat.store.encryption.Place;
import dev.leat.store.encryption.Rewrapping;
import dev.leat.store.encryption.WrappedKeys;
import dev.leat.tenants.SigningKeyStore;
import java.time.Instant;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/** Keys in the table {@code token_keys}. */
public final class JdbiSigningKeyStore implements SigningKeyStore, Rewrapping {
  private final Database database;
  private final WrappedKeys wrapped;

  /** Keeps the private key in clear. */
  public JdbiSigningKeyStore(DataSource source) {
    this(source, WrappedKeys.NONE);
  }

  /**
   * @param wrapped how the private key is kept
   */
  public JdbiSigningKeyStore(DataSource source, WrappedKeys wrapped) {
    this.database = new Database(source);
    this.wrapped = wrapped;
  }

  @Override
  public Keys keepFirst(KeyPair candidate) {
    return database.inTransaction(
        "Keeping the signing key",
        handle -> {
          if (signing(handle).isEmpty()) {
            lock(handle);
            if (signing(handle).isEmpty()) {
              insert(handle, candidate);
              Changes.append(handle, new Change.SigningKeyChanged());
              JdbiAuditStore.append(
                  handle,
                  AuditEntry.done(Optional.empty(), "signing-key.create", candidate.id(), ""));
            }
          }
          return kept(handle);
        });
  }

  @Override
  public Optional<Keys> rotate(
      KeyPair next, Instant now, UnaryOperator<Instant> until, int retiredMax) {
    return database.inTransaction(
        "Rotating the signing key",
        handle -> {
          lock(handle);
          handle
              .createUpdate("DELETE FROM token_keys WHERE verifies_until <= :now")
              .bind("now", now)
              .execute();
          if (count(handle) > retiredMax) {
            return Optional.empty();
          }
          retire(handle, until.apply(lastExpiry(handle).orElse(now)));
          insert(handle, next);
          Keys kept = kept(handle);
          Changes.append(handle, new Change.SigningKeyChanged());
          JdbiAuditStore.append(
              handle, AuditEntry.done(Optional.empty(), "signing-key.rotate", next.id(), ""));
          return Optional.of(kept);
        });
  }

  @Override
  public int rewrap() {
    return database.inTransaction(
        "Encrypting the signing key",
        handle -> {
          lock(handle);
          String kid = signing(handle).orElse("");
          String kept =
              handle
                  .createQuery("SELECT private_key FROM token_keys WHERE kid = :kid")
                  .bind("kid", kid)
                  .mapTo(String.class)
                  .findOne()
                  .orElse("");
          if (kept.isEmpty() || !wrapped.isOutdated(kept)) {
            return 0;
          }
          return handle
              .createUpdate("UPDATE token_keys SET private_key = :key WHERE kid = :kid")
              .bind("key", wrapped.wrap(wrapped.unwrap(kept, place(kid)), place(kid)))
              .bind("kid", kid)
              .execute();
        });
  }

  private static Place place(String kid) {
    return Place.of("signing-key", kid);
  }

  /** Nobody else changes the keys, or issues a token, before this transaction ends. */
  static void lock(Handle handle) {
    handle.createQuery("SELECT id FROM token_keys_lock FOR UPDATE").mapTo(Integer.class).one();
  }

  /** The id of the key that signs. */
  static Optional<String> signing(Handle handle) {
    return handle
        .createQuery("SELECT kid FROM token_keys WHERE verifies_until IS NULL")
        .mapTo(String.class)
        .findOne();
  }

  private static int count(Handle handle) {
    return handle.createQuery("SELECT count(*) FROM token_keys").mapTo(Integer.class).one();
  }

  private static Optional<Instant> lastExpiry(Handle handle) {
    return handle
        .createQuery("SELECT expires_at FROM tokens ORDER BY expires_at DESC LIMIT 1")
        .map((row, context) -> Database.instant(row, "expires_at"))
        .findOne();
  }

  private static void retire(Handle handle, Instant until) {
    handle
        .createUpdate(
            """
            UPDATE token_keys SET verifies_until = :until, private_key = ''
            WHERE verifies_until IS NULL OR verifies_until > :until
            """)
        .bind("until", until)
        .execute();
  }

  private void insert(Handle handle, KeyPair pair) {
    handle
        .createUpdate(
            """
            INSERT INTO token_keys (kid, public_key, private_key, created_at)
            VALUES (:kid, :publicKey, :privateKey, :createdAt)
            """)
        .bind("kid", pair.id())
        .bind("publicKey", pair.publicKey())
        .bind("privateKey", wrapped.wrap(pair.privateKey(), place(pair.id())))
        .bind("createdAt", pair.createdAt())
        .execute();
  }

  private Keys kept(Handle handle) {
    KeyPair signing =
        handle
            .createQuery("SELECT * FROM token_keys WHERE verifies_until IS NULL")
            .map((row, context) ->
                new KeyPair(
                    row.getString("kid"),
                    row.getString("public_key"),
                    wrapped.unwrap(row.getString("private_key"), place(row.getString("kid"))),
                    Database.instant(row, "created_at")))
            .one();
    return new Keys(
        signing,
        handle
            .createQuery(
                """
                SELECT kid, public_key, created_at, verifies_until FROM token_keys
                WHERE verifies_until IS NOT NULL ORDER BY verifies_until DESC, kid
                """)
            .map((row, context) ->
                new Retired(
                    row.getString("kid"),
                    row.getString("public_key"),
                    Database.instant(row, "created_at"),
                    Database.instant(row, "verifies_until")))
            .list());
  }
}
