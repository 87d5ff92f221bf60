package dev.leat.cluster.jdbi;

import dev.leat.testkit.TestDatabase;

final class NodeStoreOnPostgresIT extends NodeStoreContract {
  NodeStoreOnPostgresIT() {
    super(TestDatabase.postgres());
  }
}
