package dev.leat.registry.jdbi;

import dev.leat.testkit.TestDatabase;

final class JdbiStoresOnH2IT extends JdbiStores {
  JdbiStoresOnH2IT() {
    super(TestDatabase.h2());
  }
}
