package dev.leat.worker;

import static dev.leat.contract.PowerFunction.SQL_QUERY;

import dev.leat.contract.Grant;
import dev.leat.testkit.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DatabasePowerOnH2Test extends DatabasePowerContract {
  DatabasePowerOnH2Test() {
    super(TestDatabase.h2("connection-power"), "jdbc:h2:mem:power", "sa");
  }

  /** Whatever the URL calls it: the tables tell. */
  @Test
  void platformsOwnDatabase_isNotReached() {
    try (TestDatabase platform = TestDatabase.h2("connection-platform");
        TestWorker worker = new TestWorker()) {
      for (String table : List.of("publisher_keys", "key_values", "function_versions")) {
        platform.execute("CREATE TABLE " + table + " (id INT)");
      }
      worker.connections.set("acme", "main", "jdbc:h2:mem:platform", "sa");
      SqlScript script = new SqlScript(SQL_QUERY);
      script.call(SQL_QUERY, "SELECT id FROM key_values", "");
      TestFunction function =
          TestFunction.handler(script.withoutHook().module())
              .response(SqlScript.SENT_BYTES)
              .grants(new Grant.Database("main", List.of("read:*")));

      SqlScript.Answers.of(worker.invoke(function, "")).hasCodes(-2);
    }
  }
}
