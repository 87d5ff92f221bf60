package dev.leat.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.leat.testkit.TestDatabase;
import java.io.IOException;
import java.sql.BatchUpdateException;
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

  /** H2's failure of a batch has what it failed by as the next one, not as its cause. */
  @Test
  void inTransaction_batchFailsByAFullDisk_isFullAndRetryable() {
    BatchUpdateException batch = new BatchUpdateException("General error", "HY000", new int[0]);
    batch.setNextException(
        new SQLException(
            "General error",
            "HY000",
            new IllegalStateException(new IOException("No space left on device"))));

    assertThat(failure(batch).isFull()).isTrue();
    assertThat(failure(batch).isRetryable()).isTrue();
    assertThat(failure(new BatchUpdateException()).isRetryable()).isFalse();
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
