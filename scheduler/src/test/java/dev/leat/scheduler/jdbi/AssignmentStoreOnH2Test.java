package dev.leat.scheduler.jdbi;

import dev.leat.testkit.TestDatabase;

final class AssignmentStoreOnH2Test extends AssignmentStoreContract {
  AssignmentStoreOnH2Test() {
    super(TestDatabase.h2());
  }
}
