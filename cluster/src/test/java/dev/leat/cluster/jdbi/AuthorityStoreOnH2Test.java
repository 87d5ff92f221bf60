package dev.leat.cluster.jdbi;

import dev.leat.testkit.TestDatabase;

final class AuthorityStoreOnH2Test extends AuthorityStoreContract {
  AuthorityStoreOnH2Test() {
    super(TestDatabase.h2());
  }
}
