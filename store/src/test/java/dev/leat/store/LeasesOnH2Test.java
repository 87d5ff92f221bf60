package dev.leat.store;

import dev.leat.testkit.TestDatabase;

final class LeasesOnH2Test extends LeasesContract {
  LeasesOnH2Test() {
    super(TestDatabase.h2());
  }
}
