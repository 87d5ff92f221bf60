package dev.leat.invocations.jdbi;

class LargeBodiesOnPostgresIT extends LargeBodiesContract {
  LargeBodiesOnPostgresIT() {
    super(DATABASES.postgres());
  }
}
