package dev.leat.tenants.secret;

final class SecretsOnH2Test extends SecretsContract {
  SecretsOnH2Test() {
    super(DATABASES.h2());
  }
}
