package dev.leat.tenants.usage.jdbi;

import dev.leat.tenants.usage.HourlyBalancesContract;
import dev.leat.testkit.TestDatabase;

final class HourlyBalancesOnPostgresIT extends HourlyBalancesContract {
  HourlyBalancesOnPostgresIT() {
    super(TestDatabase.postgres());
  }
}
