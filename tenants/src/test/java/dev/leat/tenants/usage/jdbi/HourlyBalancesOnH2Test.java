package dev.leat.tenants.usage.jdbi;

import dev.leat.tenants.usage.HourlyBalancesContract;
import dev.leat.testkit.TestDatabase;

final class HourlyBalancesOnH2Test extends HourlyBalancesContract {
  HourlyBalancesOnH2Test() {
    super(TestDatabase.h2());
  }
}
