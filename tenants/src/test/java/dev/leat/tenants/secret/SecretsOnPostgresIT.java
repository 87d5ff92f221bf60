package dev.leat.tenants.secret;

import dev.leat.testkit.TestDatabase;

final class SecretsOnPostgresIT extends SecretsContract {
  SecretsOnPostgresIT() {
    super(TestDatabase.postgres());
  }
}
