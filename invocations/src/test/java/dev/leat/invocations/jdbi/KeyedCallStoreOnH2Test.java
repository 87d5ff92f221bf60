package dev.leat.invocations.jdbi;

class KeyedCallStoreOnH2Test extends KeyedCallStoreContract {
  KeyedCallStoreOnH2Test() {
    super(DATABASES.h2());
  }
}
