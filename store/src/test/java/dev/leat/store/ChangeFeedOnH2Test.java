package dev.leat.store;

import dev.leat.testkit.TestDatabase;

final class ChangeFeedOnH2Test extends ChangeFeedContract {
  ChangeFeedOnH2Test() {
    super(TestDatabase.h2());
  }
}
