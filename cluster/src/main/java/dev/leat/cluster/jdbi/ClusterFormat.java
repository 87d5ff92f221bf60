package dev.leat.cluster.jdbi;

import dev.leat.cluster.ClusterRefused;
import dev.leat.store.Database;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/**
 * The number of the format that the nodes of a cluster share: what is in its tables, and what they
 * send to each other. It is looked at before any table is changed, so that a node of another
 * release leaves the database as it was.
 */
public final class ClusterFormat {
  /** What this release speaks. */
  static final int SPOKEN = 1;

  private ClusterFormat() {}

  /**
   * Returns if this release speaks the database's format, or the database has none yet. Blocks.
   *
   * @throws ClusterRefused if it does not
   */
  public static void check(DataSource source) throws ClusterRefused {
    Optional<Integer> format =
        new Database(source).read("Reading the cluster's format", ClusterFormat::read);
    if (format.isPresent() && format.get() != SPOKEN) {
      throw new ClusterRefused(
          "This node speaks format %d of clusters, and the cluster's is %d. %s"
              .formatted(
                  SPOKEN,
                  format.get(),
                  format.get() > SPOKEN
                      ? "Upgrade this node."
                      : "Start it with a release that speaks that one."));
    }
  }

  private static Optional<Integer> read(Handle handle) {
    boolean isThere =
        handle
                .createQuery(
                    """
                    SELECT COUNT(*) FROM information_schema.tables
                    WHERE table_schema = CURRENT_SCHEMA AND table_name = 'cluster_format'
                    """)
                .mapTo(Integer.class)
                .one()
            > 0;
    return isThere
        ? handle.createQuery("SELECT number FROM cluster_format").mapTo(Integer.class).findOne()
        : Optional.empty();
  }
}
