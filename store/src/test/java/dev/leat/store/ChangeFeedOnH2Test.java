package dev.leat.store;

final class ChangeFeedOnH2Test extends ChangeFeedContract {
  ChangeFeedOnH2Test() {
    super(DATABASES.h2());
  }
}
