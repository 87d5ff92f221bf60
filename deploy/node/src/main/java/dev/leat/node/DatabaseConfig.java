package dev.leat.node;

import dev.leat.contract.Setting;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the tables are.
 *
 * @param url a JDBC URL of H2 or PostgreSQL
 * @param poolSize connections, 2 to 100: making a tenant takes two at once
 */
public record DatabaseConfig(
    @Setting(
            key = "url",
            doc = "a JDBC URL of PostgreSQL or H2",
            standard = "H2 in the data directory",
            form = "start with jdbc:postgresql: or jdbc:h2:",
            pattern = "(?s)jdbc:(postgresql|h2):.*")
        String url,
    @Setting(key = "user", doc = "of the database", form = "be a text") String user,
    @Setting(
            key = "password-file",
            doc = "holds the user's password",
            standard = "no password",
            form = "name a file that can be read; does it exist?")
        Secret password,
    @Setting(key = "pool-size", doc = "connections to the database", min = 2, max = 100)
        int poolSize) {
  static final int POOL_SIZE = 8;

  private static final Pattern SETTINGS = Pattern.compile("[?;].*");

  /** How H2 names its usual file system, that of {@code jdbc:h2:file:}. */
  static final String FILES = "file:";

  private static final String H2 = "jdbc:h2:";
  private static final String FILE = H2 + FILES;

  boolean isPostgres() {
    return url.startsWith("jdbc:postgresql:");
  }

  /** The URL without its settings, of which one may be a password. */
  String address() {
    return SETTINGS.matcher(url).replaceFirst("");
  }

  /** The URL of an embedded database, whose file is in this file system of H2's. */
  String urlIn(String files) {
    return H2 + files + url.substring(FILE.length());
  }

  /** The file of an embedded database. */
  Optional<Path> file() {
    return url.startsWith(FILE)
        ? Optional.of(Path.of(address().substring(FILE.length()) + ".mv.db"))
        : Optional.empty();
  }

  /**
   * H2 in a file of the data directory, in PostgreSQL mode. WRITE_DELAY=0: what was committed
   * survives a killed process. TRACE_LEVEL_FILE=0: no file with statements beside it.
   */
  static DatabaseConfig embedded(Path dataDirectory) {
    return new DatabaseConfig(
        FILE
            + dataDirectory.toAbsolutePath().resolve("leat")
            + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
            + ";DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0;LOCK_TIMEOUT=10000;TRACE_LEVEL_FILE=0",
        "leat",
        new Secret(""),
        POOL_SIZE);
  }
}
