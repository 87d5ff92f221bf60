package dev.leat.invocations.jdbi;

import dev.leat.testkit.TestDatabase;

class LargeBodiesOnH2Test extends LargeBodiesContract {
  LargeBodiesOnH2Test() {
    super(TestDatabase.h2());
  }
}
