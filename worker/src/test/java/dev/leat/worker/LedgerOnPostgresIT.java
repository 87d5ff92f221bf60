package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Outcome;
import dev.leat.testkit.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sample ledger in each of its languages, against a real PostgreSQL. */
@Timeout(120)
final class LedgerOnPostgresIT {
  private static final Grant.Database ALLOWED =
      new Grant.Database(
          "main",
          List.of("read:accounts", "write:accounts", "write:transfers"),
          Duration.ofSeconds(20),
          100);

  @ParameterizedTest
  @ValueSource(strings = {"ledger/ledger.wasm", "ledger-as/ledger_as.wasm"})
  void transfers_areAllOrNothing_andNoneIsLostAmongSeveral(String module) throws Exception {
    try (TestDatabase database = TestDatabase.postgres();
        TestWorker worker = new TestWorker()) {
      database.execute(
          "CREATE TABLE accounts (name VARCHAR(63) PRIMARY KEY, cents BIGINT NOT NULL CHECK (cents >= 0));"
              + "CREATE TABLE transfers (from_account VARCHAR(63) NOT NULL,"
              + " to_account VARCHAR(63) NOT NULL, cents BIGINT NOT NULL);"
              + "INSERT INTO accounts VALUES ('ada', 1000), ('bob', 0)");
      worker.connections.set(
          "acme", "main", database.url().replace("user=postgres&", ""), "postgres");
      FunctionVersion ledger = worker.publish(function(module));

      assertThat(TestWorker.body(worker.invoke(ledger, transfer("ada", "bob", 250))))
          .contains("\"ada\":750", "\"bob\":250");
      assertThat(status(worker.invoke(ledger, transfer("ada", "bob", 751)))).isEqualTo(409);
      assertThat(status(worker.invoke(ledger, transfer("ada", "nobody", 10)))).isEqualTo(404);

      List<CompletableFuture<Outcome>> several = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        several.add(worker.start(ledger, transfer("ada", "bob", 50), new Cancellation()));
      }
      long moved =
          several.stream().map(TestWorker::ending).filter(each -> status(each) == 200).count();
      assertThat(moved).as("750 are there").isEqualTo(15);
      assertThat(TestWorker.body(worker.invoke(ledger, transfer("bob", "ada", 1))))
          .contains("\"ada\":1", "\"bob\":999");
    }
  }

  private static TestFunction function(String module) throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of("..", "sdk", "samples").resolve(module));
    return TestFunction.of(GuestContract.HANDLER, bytes)
        .response(4_096)
        .grants(new Grant.Logging(), ALLOWED);
  }

  private static byte[] transfer(String from, String to, int cents) {
    return "{\"from\":\"%s\",\"to\":\"%s\",\"cents\":%d}"
        .formatted(from, to, cents)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static int status(Outcome outcome) {
    return ((Outcome.Responded) outcome).status();
  }
}
