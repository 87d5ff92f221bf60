package dev.leat.store;

import dev.leat.testkit.TestDatabase;

final class ChangeFeedOnPostgresIT extends ChangeFeedContract {
  ChangeFeedOnPostgresIT() {
    super(TestDatabase.postgres());
  }
}
