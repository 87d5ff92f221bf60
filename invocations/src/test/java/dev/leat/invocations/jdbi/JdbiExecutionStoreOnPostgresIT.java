package dev.leat.invocations.jdbi;

import dev.leat.testkit.TestDatabase;

final class JdbiExecutionStoreOnPostgresIT extends JdbiExecutionStoreLaws {
  JdbiExecutionStoreOnPostgresIT() {
    super(TestDatabase.postgres());
  }
}
