package dev.leat.invocations.jdbi;

import dev.leat.testkit.TestDatabase;

final class LogStoreOnH2Test extends LogStoreContract {
  LogStoreOnH2Test() {
    super(TestDatabase.h2());
  }
}
