package dev.leat.cluster.jdbi;

import dev.leat.testkit.TestDatabase;

final class NodeStoreOnH2Test extends NodeStoreContract {
  NodeStoreOnH2Test() {
    super(TestDatabase.h2());
  }
}
