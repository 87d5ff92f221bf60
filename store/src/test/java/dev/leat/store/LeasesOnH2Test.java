package dev.leat.store;

final class LeasesOnH2Test extends LeasesContract {
  LeasesOnH2Test() {
    super(DATABASES.h2());
  }
}
