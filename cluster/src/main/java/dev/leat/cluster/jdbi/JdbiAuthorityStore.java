package dev.leat.cluster.jdbi;

import dev.leat.cluster.trust.AuthorityStore;
import dev.leat.store.Database;
import dev.leat.store.encryption.Place;
import dev.leat.store.encryption.Rewrapping;
import dev.leat.store.encryption.WrappedKeys;
import javax.sql.DataSource;

/** The authority in the table {@code cluster_authority}, whose key is what it signs. */
public final class JdbiAuthorityStore implements AuthorityStore, Rewrapping {
  private static final String PURPOSE = "nodes";
  private static final Place PLACE = Place.of("cluster-authority", PURPOSE);

  private final Database database;
  private final WrappedKeys wrapped;

  /** Keeps the private key in clear. */
  public JdbiAuthorityStore(DataSource source) {
    this(source, WrappedKeys.NONE);
  }

  /**
   * @param wrapped how the private key is kept
   */
  public JdbiAuthorityStore(DataSource source, WrappedKeys wrapped) {
    this.database = new Database(source);
    this.wrapped = wrapped;
  }

  @Override
  public Kept keepFirst(Kept candidate) {
    return database.inTransaction(
        "Keeping the cluster's authority",
        handle -> {
          handle
              .createUpdate(
                  """
                  INSERT INTO cluster_authority (purpose, certificate, private_key, created_at)
                  VALUES (:purpose, :certificate, :privateKey, :createdAt)
                  ON CONFLICT DO NOTHING
                  """)
              .bind("purpose", PURPOSE)
              .bind("certificate", candidate.certificate())
              .bind("privateKey", wrapped.wrap(candidate.privateKey(), PLACE))
              .bind("createdAt", candidate.createdAt())
              .execute();
          return handle
              .createQuery("SELECT * FROM cluster_authority WHERE purpose = :purpose")
              .bind("purpose", PURPOSE)
              .map((row, context) ->
                  new Kept(
                      row.getString("certificate"),
                      wrapped.unwrap(row.getString("private_key"), PLACE),
                      Database.instant(row, "created_at")))
              .one();
        });
  }

  @Override
  public int rewrap() {
    return database.inTransaction(
        "Encrypting the key of the cluster's authority",
        handle -> {
          String kept =
              handle
                  .createQuery(
                      "SELECT private_key FROM cluster_authority WHERE purpose = :purpose"
                          + " FOR UPDATE")
                  .bind("purpose", PURPOSE)
                  .mapTo(String.class)
                  .findOne()
                  .orElse("");
          if (kept.isEmpty() || !wrapped.isOutdated(kept)) {
            return 0;
          }
          return handle
              .createUpdate(
                  "UPDATE cluster_authority SET private_key = :key WHERE purpose = :purpose")
              .bind("key", wrapped.wrap(wrapped.unwrap(kept, PLACE), PLACE))
              .bind("purpose", PURPOSE)
              .execute();
        });
  }
}
