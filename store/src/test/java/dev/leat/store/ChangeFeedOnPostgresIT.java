package dev.leat.store;

final class ChangeFeedOnPostgresIT extends ChangeFeedContract {
  ChangeFeedOnPostgresIT() {
    super(DATABASES.postgres());
  }
}
