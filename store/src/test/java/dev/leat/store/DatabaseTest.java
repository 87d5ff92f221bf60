package dev.leat.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.leat.testkit.TestDatabase;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jdbi.v3.core.ConnectionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DatabaseTest {
  private final TestDatabase database = TestDatabase.h2();

  @AfterEach
  void close() {
    database.close();
  }

  @ParameterizedTest
  @CsvSource({
    "08006, true",
    "40001, true",
    "40P01, true",
    "53100, true",
    "55P03, true",
    "25P03, true",
    "57P01, true",
    "58030, true",
    "90098, true",
    "90121, true",
    "23505, false",
    "42601, false"
  })
  void inTransaction_failure_isRetryableByItsState(String state, boolean isRetryable) {
    assertThat(failure(new SQLException("broken", state)).isRetryable()).isEqualTo(isRetryable);
  }

  @Test
  void inTransaction_failureWithoutState_isRetryableByItsType() {
    assertThat(failure(new SQLTransientConnectionException("busy")).isRetryable()).isTrue();
    assertThat(failure(new SQLException("broken")).isRetryable()).isFalse();
    assertThat(
            failure(new SQLException("broken", new IOException("No space left on device")))
                .isRetryable())
        .isTrue();
  }

  private StoreFailure failure(SQLException cause) {
    Database broken = new Database(database.dataSource());
    return catchThrowableOfType(
        StoreFailure.class,
        () ->
            broken.inTransaction(
                "Trying",
                handle -> {
                  throw new ConnectionException(cause);
                }));
  }
}
