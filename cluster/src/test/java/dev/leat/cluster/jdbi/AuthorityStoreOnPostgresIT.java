package dev.leat.cluster.jdbi;

import dev.leat.testkit.TestDatabase;

final class AuthorityStoreOnPostgresIT extends AuthorityStoreContract {
  AuthorityStoreOnPostgresIT() {
    super(TestDatabase.postgres());
  }
}
