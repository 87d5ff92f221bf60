package dev.leat.worker.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.Change;
import dev.leat.contract.ConnectionUrl;
import dev.leat.contract.DatabaseLogin;
import dev.leat.contract.TenantId;
import dev.leat.worker.capability.database.SqlFailure;
import dev.leat.worker.capability.database.SqlSession;
import dev.leat.worker.sql.SqlStatement;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Databases within the node: whose they are, and how long. */
class EmbeddedDatabaseTest {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final String MAIN = "main.19700101000000000";
  private static final String FILE = "jdbc:h2:file:books";

  @TempDir private Path files;
  private final Executor here = Runnable::run;
  private final Map<String, DatabaseLogin> logins = new ConcurrentHashMap<>();
  private TenantDatabases databases = new TenantDatabases(this::find, Path.of("unset"), here);

  @AfterEach
  void close() {
    databases.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"jdbc:h2:mem:books", FILE})
  void ofOneUrl_eachConnectionOfEachTenant_hasItsOwn(String url) {
    open();
    for (String name : List.of("acme/main", "acme/more", "other/main")) {
      name(name, url);
    }

    run(ACME, "main", "CREATE TABLE mine (id INT)");
    run(ACME, "main", "INSERT INTO mine VALUES (7)");

    assertThat(query(ACME, "main")).contains("[[7]]");
    for (Runnable elsewhere :
        List.<Runnable>of(() -> query(ACME, "more"), () -> query(OTHER, "main"))) {
      assertThatThrownBy(elsewhere::run).isInstanceOf(SqlFailure.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"jdbc:h2:mem:books", FILE})
  void goesWithItsConnection_andOthersStay(String url) {
    open();
    for (TenantId tenant : List.of(ACME, OTHER)) {
      name(tenant + "/main", url);
      run(tenant, "main", "CREATE TABLE mine (id INT)");
    }

    logins.remove("acme/main");
    databases.changed(new Change.ConnectionsChanged(ACME));

    assertThat(files.resolve("acme").resolve(MAIN)).doesNotExist();
    name("acme/main", url);
    assertThatThrownBy(() -> query(ACME, "main")).isInstanceOf(SqlFailure.class);
    assertThat(query(OTHER, "main")).contains("\"rows\":[]");
  }

  /** Deleted and made again before anybody looks, as when its tenant is. */
  @ParameterizedTest
  @ValueSource(strings = {"jdbc:h2:mem:books", FILE})
  void madeAgain_itIsEmpty_andHasItsOwnPassword(String url) {
    open();
    name("acme/main", url);
    run(ACME, "main", "CREATE TABLE mine (id INT)");

    name("acme/main", url, "another", Instant.EPOCH.plusMillis(1));
    databases.changed(new Change.ConnectionsChanged(ACME));

    assertThat(run(ACME, "main", "CREATE TABLE mine (id INT)")).isNotEmpty();
    assertThat(query(ACME, "main")).contains("\"rows\":[]");
    assertThat(files.resolve("acme").resolve(MAIN)).doesNotExist();
  }

  @Test
  void file_outlivesItsNode_andGoesWithATenantThatIsDeletedWhileNobodyHasItOpen() {
    open();
    name("acme/main", FILE);
    run(ACME, "main", "CREATE TABLE mine (id INT)");
    databases.close();

    open();
    databases.load();
    assertThat(query(ACME, "main")).contains("\"rows\":[]");
    databases.close();

    logins.clear();
    open();
    databases.changed(new Change.TenantChanged(ACME));
    assertThat(files.resolve("acme").resolve(MAIN)).doesNotExist();
  }

  /** A key that is missing, a database that is away: whoever cannot tell removes nothing. */
  @Test
  void connectionThatCannotBeFoundOut_keepsItsFiles() {
    open();
    name("acme/main", FILE);
    run(ACME, "main", "CREATE TABLE mine (id INT)");
    databases.close();

    databases =
        new TenantDatabases(
            (tenant, name) -> {
              throw new IllegalStateException("away");
            },
            files,
            here);
    databases.load();

    assertThat(files.resolve("acme").resolve(MAIN)).isNotEmptyDirectory();
  }

  private void open() {
    databases = new TenantDatabases(this::find, files, here);
  }

  private Optional<DatabaseLogin> find(TenantId tenant, String name) {
    return Optional.ofNullable(logins.get(tenant + "/" + name));
  }

  private void name(String connection, String url) {
    name(connection, url, "p", Instant.EPOCH);
  }

  private void name(String connection, String url, String password, Instant madeAt) {
    logins.put(connection, new DatabaseLogin(ConnectionUrl.of(url), "u", password, madeAt));
  }

  private String query(TenantId tenant, String connection) {
    return run(tenant, connection, "SELECT id FROM mine");
  }

  private String run(TenantId tenant, String connection, String sql) {
    SqlSession session = databases.session(tenant, connection).orElseThrow();
    SqlStatement statement =
        new SqlStatement(sql, !sql.startsWith("SELECT"), false, Set.of(), Set.of(), Set.of(), 0);
    byte[] json =
        session.run(statement, List.of(), new SqlSession.Limits(10, 1_000, Duration.ofSeconds(20)));
    return new String(json, StandardCharsets.UTF_8);
  }
}
