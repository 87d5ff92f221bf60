package dev.leat.tenants.secret;

import dev.leat.testkit.TestDatabase;

final class SecretsOnH2Test extends SecretsContract {
  SecretsOnH2Test() {
    super(TestDatabase.h2());
  }
}
