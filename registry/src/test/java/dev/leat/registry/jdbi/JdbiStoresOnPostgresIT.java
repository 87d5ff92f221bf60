package dev.leat.registry.jdbi;

import dev.leat.testkit.TestDatabase;

final class JdbiStoresOnPostgresIT extends JdbiStores {
  JdbiStoresOnPostgresIT() {
    super(TestDatabase.postgres());
  }
}
