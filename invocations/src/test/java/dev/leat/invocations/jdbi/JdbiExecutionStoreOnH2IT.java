package dev.leat.invocations.jdbi;

final class JdbiExecutionStoreOnH2IT extends JdbiExecutionStoreLaws {
  JdbiExecutionStoreOnH2IT() {
    super(DATABASES.h2());
  }
}
