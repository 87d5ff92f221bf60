package dev.leat.invocations.jdbi;

final class JdbiExecutionStoreOnPostgresIT extends JdbiExecutionStoreLaws {
  JdbiExecutionStoreOnPostgresIT() {
    super(DATABASES.postgres());
  }
}
