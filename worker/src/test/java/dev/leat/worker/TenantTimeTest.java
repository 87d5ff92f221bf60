package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.TenantId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class TenantTimeTest {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private long now = -100; // as it may be
  private final TenantTime time = new TenantTime(Duration.ofSeconds(3), 10, () -> now);

  @Test
  void use_ofAll_leavesNone_toThatTenantAlone() {
    time.use(ACME, 2 * SECOND);
    assertThat(time.isLeft(ACME)).isTrue();

    time.use(ACME, SECOND);

    assertThat(time.isLeft(ACME)).isFalse();
    assertThat(time.isLeft(OTHER)).isTrue();
  }

  @Test
  void whatWasUsed_comesBackSlowly() {
    time.use(ACME, 4 * SECOND);

    now += 9 * SECOND;
    assertThat(time.isLeft(ACME)).isFalse();
    now += 2 * SECOND;
    assertThat(time.isLeft(ACME)).isTrue();

    time.use(ACME, SECOND);
    assertThat(time.isLeft(ACME)).isFalse();
  }

  @Test
  void tenantsThatHaveAllOfTheirsBack_areForgotten() {
    time.use(ACME, SECOND);
    now += 10 * SECOND;

    time.use(OTHER, SECOND);

    assertThat(time.tenants()).isEqualTo(1);
  }
}
