package dev.leat.cluster.jdbi;

import dev.leat.cluster.trust.AuthorityStore;
import dev.leat.store.Database;
import javax.sql.DataSource;

/** The authority in the table {@code cluster_authority}, whose key is what it signs. */
public final class JdbiAuthorityStore implements AuthorityStore {
  private static final String PURPOSE = "nodes";

  private final Database database;

  public JdbiAuthorityStore(DataSource source) {
    this.database = new Database(source);
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
              .bind("privateKey", candidate.privateKey())
              .bind("createdAt", candidate.createdAt())
              .execute();
          return handle
              .createQuery("SELECT * FROM cluster_authority WHERE purpose = :purpose")
              .bind("purpose", PURPOSE)
              .map((row, context) ->
                  new Kept(
                      row.getString("certificate"),
                      row.getString("private_key"),
                      Database.instant(row, "created_at")))
              .one();
        });
  }
}
