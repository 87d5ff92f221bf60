package dev.leat.cluster.jdbi;

final class NodeStoreOnPostgresIT extends NodeStoreContract {
  NodeStoreOnPostgresIT() {
    super(DATABASES.postgres());
  }
}
