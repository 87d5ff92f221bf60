package dev.leat.tenants.usage.jdbi;

import dev.leat.tenants.usage.UsageStoreContract;

final class UsageStoreOnPostgresIT extends UsageStoreContract {
  UsageStoreOnPostgresIT() {
    super(DATABASES.postgres());
  }
}
