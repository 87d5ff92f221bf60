package dev.leat.invocations.jdbi;

final class LogStoreOnH2Test extends LogStoreContract {
  LogStoreOnH2Test() {
    super(DATABASES.h2());
  }
}
