package dev.leat.invocations.jdbi;

import dev.leat.testkit.TestDatabase;

class LargeBodiesOnPostgresIT extends LargeBodiesContract {
  LargeBodiesOnPostgresIT() {
    super(TestDatabase.postgres());
  }
}
