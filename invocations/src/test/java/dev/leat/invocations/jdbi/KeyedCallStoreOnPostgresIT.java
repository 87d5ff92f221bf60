package dev.leat.invocations.jdbi;

class KeyedCallStoreOnPostgresIT extends KeyedCallStoreContract {
  KeyedCallStoreOnPostgresIT() {
    super(DATABASES.postgres());
  }
}
