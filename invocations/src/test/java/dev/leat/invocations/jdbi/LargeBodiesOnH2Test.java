package dev.leat.invocations.jdbi;

class LargeBodiesOnH2Test extends LargeBodiesContract {
  LargeBodiesOnH2Test() {
    super(DATABASES.h2());
  }
}
