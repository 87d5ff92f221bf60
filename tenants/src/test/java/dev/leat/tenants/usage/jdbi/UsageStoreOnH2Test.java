package dev.leat.tenants.usage.jdbi;

import dev.leat.tenants.usage.UsageStoreContract;
import dev.leat.testkit.TestDatabase;

final class UsageStoreOnH2Test extends UsageStoreContract {
  UsageStoreOnH2Test() {
    super(TestDatabase.h2());
  }
}
