package dev.leat.scheduler.jdbi;

final class AssignmentStoreOnH2Test extends AssignmentStoreContract {
  AssignmentStoreOnH2Test() {
    super(DATABASES.h2());
  }
}
