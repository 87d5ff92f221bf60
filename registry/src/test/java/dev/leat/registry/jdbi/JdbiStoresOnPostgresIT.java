package dev.leat.registry.jdbi;

final class JdbiStoresOnPostgresIT extends JdbiStores {
  JdbiStoresOnPostgresIT() {
    super(DATABASES.postgres());
  }
}
