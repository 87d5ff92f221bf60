package dev.leat.tenants.usage.jdbi;

import dev.leat.tenants.usage.HourlyBalancesContract;

final class HourlyBalancesOnPostgresIT extends HourlyBalancesContract {
  HourlyBalancesOnPostgresIT() {
    super(DATABASES.postgres());
  }
}
