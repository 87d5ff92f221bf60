package dev.leat.invocations.jdbi;

class AsyncStoreOnH2Test extends AsyncStoreContract {
  AsyncStoreOnH2Test() {
    super(DATABASES.h2());
  }
}
