package dev.leat.cluster.jdbi;

final class AuthorityStoreOnH2Test extends AuthorityStoreContract {
  AuthorityStoreOnH2Test() {
    super(DATABASES.h2());
  }
}
