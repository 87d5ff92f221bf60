package dev.leat.registry.jdbi;

final class JdbiStoresOnH2IT extends JdbiStores {
  JdbiStoresOnH2IT() {
    super(DATABASES.h2());
  }
}
