package dev.leat.tenants.usage.jdbi;

import dev.leat.tenants.usage.HourlyBalancesContract;

final class HourlyBalancesOnH2Test extends HourlyBalancesContract {
  HourlyBalancesOnH2Test() {
    super(DATABASES.h2());
  }
}
