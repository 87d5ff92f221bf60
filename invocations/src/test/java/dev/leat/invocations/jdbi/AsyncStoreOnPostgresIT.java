package dev.leat.invocations.jdbi;

class AsyncStoreOnPostgresIT extends AsyncStoreContract {
  AsyncStoreOnPostgresIT() {
    super(DATABASES.postgres());
  }
}
