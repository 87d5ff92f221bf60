package dev.leat.tenants.jdbi;

import dev.leat.contract.Change;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import dev.leat.tenants.SigningKeyStore;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/** The signing key pair in the table {@code signing_keys}, whose key is what the pair is for. */
public final class JdbiSigningKeyStore implements SigningKeyStore {
  private static final String PURPOSE = "tokens";

  private final Database database;

  public JdbiSigningKeyStore(DataSource source) {
    this.database = new Database(source);
  }

  @Override
  public KeyPair keepFirst(KeyPair candidate) {
    return database.inTransaction(
        "Keeping the signing key",
        handle -> {
          int added =
              handle
                  .createUpdate(
                      """
                      INSERT INTO signing_keys (purpose, kid, public_key, private_key, created_at)
                      VALUES (:purpose, :kid, :publicKey, :privateKey, :createdAt)
                      ON CONFLICT DO NOTHING
                      """)
                  .bind("purpose", PURPOSE)
                  .bind("kid", candidate.id())
                  .bind("publicKey", candidate.publicKey())
                  .bind("privateKey", candidate.privateKey())
                  .bind("createdAt", candidate.createdAt())
                  .execute();
          KeyPair kept = kept(handle);
          if (added == 1) {
            Changes.append(handle, new Change.SigningKeyChanged());
          }
          return kept;
        });
  }

  private static KeyPair kept(Handle handle) {
    return handle
        .createQuery("SELECT * FROM signing_keys WHERE purpose = :purpose")
        .bind("purpose", PURPOSE)
        .map((row, context) ->
            new KeyPair(
                row.getString("kid"),
                row.getString("public_key"),
                row.getString("private_key"),
                Database.instant(row, "created_at")))
        .one();
  }
}
