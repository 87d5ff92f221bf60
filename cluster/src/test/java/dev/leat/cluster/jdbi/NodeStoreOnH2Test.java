package dev.leat.cluster.jdbi;

final class NodeStoreOnH2Test extends NodeStoreContract {
  NodeStoreOnH2Test() {
    super(DATABASES.h2());
  }
}
