package dev.leat.tenants.jdbi;

import dev.leat.testkit.TestDatabase;

final class StoresOnPostgresIT extends StoresContract {
  StoresOnPostgresIT() {
    super(DATABASES.postgres());
  }

  @Override
  TestDatabase another() {
    return TestDatabase.postgres();
  }
}
