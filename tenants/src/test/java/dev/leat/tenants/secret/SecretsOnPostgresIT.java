package dev.leat.tenants.secret;

final class SecretsOnPostgresIT extends SecretsContract {
  SecretsOnPostgresIT() {
    super(DATABASES.postgres());
  }
}
