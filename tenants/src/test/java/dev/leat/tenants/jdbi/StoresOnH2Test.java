package dev.leat.tenants.jdbi;

import dev.leat.testkit.TestDatabase;

final class StoresOnH2Test extends StoresContract {
  StoresOnH2Test() {
    super(DATABASES.h2());
  }

  @Override
  TestDatabase another() {
    return TestDatabase.h2();
  }
}
