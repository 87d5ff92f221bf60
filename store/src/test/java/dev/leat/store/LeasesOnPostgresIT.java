package dev.leat.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.testkit.Eventually;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class LeasesOnPostgresIT extends LeasesContract {
  LeasesOnPostgresIT() {
    super(DATABASES.postgres());
  }

  /** Else the lease of a node that was paused at the wrong moment could not be taken. */
  @Test
  void law5_transactionThatStandsStill_isEndedByTheDatabase() {
    JdbiLeases impatient = new JdbiLeases(source(), Duration.ofMillis(50));
    Leases.Lease lease = impatient.take("placement", "a#1", TERM).orElseThrow();

    assertThatThrownBy(() ->
            database()
                .useTransaction(
                    "Writing and being paused",
                    handle -> {
                      impatient.hold(handle, lease);
                      lapse("placement");
                      Eventually.holds("it is taken", () -> isTaken(impatient));
                      handle.execute("UPDATE written SET by_fence = " + lease.fence());
                    }))
        .isInstanceOf(StoreFailure.class);

    assertThat(written()).isZero();
  }

  private static boolean isTaken(Leases leases) {
    return leases.take("placement", "b#1", TERM).isPresent();
  }
}
