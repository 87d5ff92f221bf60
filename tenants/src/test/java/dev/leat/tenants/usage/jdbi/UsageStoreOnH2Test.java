package dev.leat.tenants.usage.jdbi;

import dev.leat.tenants.usage.UsageStoreContract;

final class UsageStoreOnH2Test extends UsageStoreContract {
  UsageStoreOnH2Test() {
    super(DATABASES.h2());
  }
}
