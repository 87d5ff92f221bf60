package dev.leat.worker.jdbc;

import dev.leat.contract.ConnectionUrl;
import dev.leat.contract.DatabaseLogin;
import dev.leat.contract.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database within the node, of one connection of one tenant alone: neither names another's, even
 * by the same URL, nor that of a connection of its name which was deleted. It begins with the first
 * use of its connection and is removed with that.
 */
record EmbeddedDatabase(TenantId tenant, String connection, DatabaseLogin login, Path files) {
  /** Names as PostgreSQL reads them; nothing is run by a URL, and no trace file is written. */
  private static final String SETTINGS =
      ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_DELAY=-1"
          + ";DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=5000;TRACE_LEVEL_FILE=0";

  /** What H2 says of a database that is not there. */
  private static final int NOT_FOUND = 90_146;

  /** When a connection was made, as a name: in UTC, down to the millisecond. */
  private static final DateTimeFormatter MADE =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmssSSS").withZone(ZoneOffset.UTC);

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

  /** Of H2's driver. No name has a dot or a slash, so what is put together is taken apart again. */
  String url() {
    return switch (login.url()) {
      case ConnectionUrl.H2Memory memory ->
          "jdbc:h2:mem:connection.%s.%s.%s".formatted(tenant, folder(), memory.name()) + SETTINGS;
      case ConnectionUrl.H2File file ->
          "jdbc:h2:file:" + folder(files, tenant, folder()).resolve(file.name()) + SETTINGS;
      case ConnectionUrl.Postgres postgres -> throw elsewhere(postgres);
      case ConnectionUrl.H2Server server -> throw elsewhere(server);
    };
  }

  private static IllegalStateException elsewhere(ConnectionUrl url) {
    return new IllegalStateException("Not within the node: " + url.text());
  }

  private static Path folder(Path files, TenantId tenant, String folder) {
    return files.toAbsolutePath().resolve(tenant.value()).resolve(folder);
  }

  private String folder() {
    return folder(connection, login);
  }

  /** Of the tenant's folders, that of a connection. */
  static String folder(String connection, DatabaseLogin login) {
    return connection + "." + MADE.format(login.createdAt());
  }

  /** The connection that a folder is of, or was. */
  static String connection(String folder) {
    int dot = folder.indexOf('.');
    return dot < 0 ? folder : folder.substring(0, dot);
  }

  /** Whether this login is of it. */
  boolean isOf(DatabaseLogin other) {
    return other.equals(login);
  }

  /** Ends it, whoever uses it; one in memory is gone. */
  void shutDown() {
    try (Connection last =
            DriverManager.getConnection(url() + ";IFEXISTS=TRUE", login.user(), login.password());
        Statement statement = last.createStatement()) {
      statement.execute("SHUTDOWN");
    } catch (SQLException e) {
      if (e.getErrorCode() != NOT_FOUND) { // nobody has used it
        LOG.warn(
            "A database of functions stays open tenant={} connection={}", tenant, connection, e);
      }
    }
  }

  /** The tenants that have files, and the folders of each. */
  static List<String> names(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(Files::isDirectory).map(it -> it.getFileName().toString()).toList();
    }
  }

  /** Removes the files of a connection that is no more. */
  static void remove(Path files, TenantId tenant, String name) throws IOException {
    Path folder = folder(files, tenant, name);
    if (!Files.isDirectory(folder)) {
      return;
    }
    LOG.info("Removing a database of functions tenant={} folder={}", tenant, name);
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path file : entries.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }
}
