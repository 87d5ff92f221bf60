package dev.leat.node;

import java.nio.file.Path;

/**
 * Where the tables are.
 *
 * @param url a JDBC URL of H2 or PostgreSQL
 * @param poolSize connections, 1 to 100
 */
public record DatabaseConfig(String url, String user, Secret password, int poolSize) {
  static final int POOL_SIZE = 8;

  /**
   * H2 in a file of the data directory, in PostgreSQL mode. WRITE_DELAY=0: what was committed
   * survives a killed process.
   */
  static DatabaseConfig embedded(Path dataDirectory) {
    return new DatabaseConfig(
        "jdbc:h2:file:"
            + dataDirectory.toAbsolutePath().resolve("leat")
            + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
            + ";DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0;LOCK_TIMEOUT=10000",
        "leat",
        new Secret(""),
        POOL_SIZE);
  }
}
