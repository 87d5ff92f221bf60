package dev.leat.invocations.jdbi;

import dev.leat.testkit.TestDatabase;

final class JdbiExecutionStoreOnH2IT extends JdbiExecutionStoreLaws {
  JdbiExecutionStoreOnH2IT() {
    super(TestDatabase.h2());
  }
}
