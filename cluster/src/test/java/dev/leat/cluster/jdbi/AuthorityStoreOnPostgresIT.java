package dev.leat.cluster.jdbi;

final class AuthorityStoreOnPostgresIT extends AuthorityStoreContract {
  AuthorityStoreOnPostgresIT() {
    super(DATABASES.postgres());
  }
}
