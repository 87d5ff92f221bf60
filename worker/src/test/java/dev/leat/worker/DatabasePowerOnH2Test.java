package dev.leat.worker;

import static dev.leat.contract.PowerFunction.SQL_QUERY;

import dev.leat.contract.Grant;
import dev.leat.testkit.H2Server;
import dev.leat.testkit.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DatabasePowerOnH2Test extends DatabasePowerContract {
  DatabasePowerOnH2Test() {
    super(TestDatabase.h2("power"), H2Server.url("power"), "sa");
  }

  /** H2 takes the table then, for which nobody asked. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "WITH secrets AS (SELECT 1 AS id, 'x' AS what) SELECT what FROM secrets",
        "WITH RECURSIVE secrets(what) AS (SELECT 'x' UNION ALL SELECT what FROM secrets) SELECT what FROM secrets",
        "SELECT id FROM orders WHERE EXISTS (WITH secrets AS (SELECT 1 AS id) SELECT id FROM secrets)",
        "WITH a AS (WITH secrets AS (SELECT 'x' AS what) SELECT what FROM secrets) SELECT what FROM a",
      })
  void withQuery_calledAsATableIs_isDenied(String sql) {
    SqlScript script = script();
    script.call(SQL_QUERY, sql, "");

    run(script, new Grant.Database("main", List.of("read:orders"))).hasCodes(-2);
  }

  @Test
  void withQuery_ofItsOwnName_isRun() {
    SqlScript script = script();
    script.call(
        SQL_QUERY, "WITH dear AS (SELECT id FROM orders WHERE price > 2) SELECT id FROM dear", "");

    run(script, new Grant.Database("main", List.of("read:orders"))).hasCodes(1);
  }

  /** H2's driver would keep the row whole: it is of 300 MB. */
  @Test
  void rowsOfManyWideColumns_areNotRead_andTheNextStatementRuns() {
    database.execute("CREATE TABLE wide (t VARCHAR(1000000))");
    database.execute("INSERT INTO wide VALUES (REPEAT('x', 1000000))");
    SqlScript script = script();
    for (int i = 0; i < 5; i++) {
      script.call(SQL_QUERY, "SELECT t" + ", t".repeat(299) + " FROM wide", "");
    }
    script.call(SQL_QUERY, "SELECT id FROM orders", "");
    script.call(SQL_QUERY, "SELECT LEFT(t, 900000) AS t FROM wide", "");

    run(script, new Grant.Database("main", List.of("read:*"))).hasCodes(-7, -7, -7, -7, -7, 1, 2);

    database.execute("DROP TABLE wide");
  }

  /** Whatever the URL calls it: the tables tell. */
  @Test
  void platformsOwnDatabase_isNotReached() {
    try (TestDatabase platform = TestDatabase.h2("platform");
        TestWorker worker = new TestWorker()) {
      for (String table : List.of("publisher_keys", "key_values", "function_versions")) {
        platform.execute("CREATE TABLE " + table + " (id INT)");
      }
      worker.connections.set("acme", "main", H2Server.url("platform"), "sa");
      SqlScript script = new SqlScript(SQL_QUERY);
      script.call(SQL_QUERY, "SELECT id FROM key_values", "");
      TestFunction function =
          TestFunction.handler(script.module())
              .response(SqlScript.SENT_BYTES)
              .grants(new Grant.Database("main", List.of("read:*")));

      SqlScript.Answers.of(worker.invoke(function, "")).hasCodes(-2);
    }
  }
}
