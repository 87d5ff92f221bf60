package dev.leat.invocations.jdbi;

final class LogStoreOnPostgresIT extends LogStoreContract {
  LogStoreOnPostgresIT() {
    super(DATABASES.postgres());
  }
}
