package dev.leat.tenants.usage.jdbi;

import dev.leat.tenants.usage.UsageStoreContract;
import dev.leat.testkit.TestDatabase;

final class UsageStoreOnPostgresIT extends UsageStoreContract {
  UsageStoreOnPostgresIT() {
    super(TestDatabase.postgres());
  }
}
