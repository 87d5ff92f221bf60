package dev.leat.invocations.async;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.TenantId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class CallbackRoomTest {
  private static final TenantId GOOD = new TenantId("good");
  private static final long SLOW = CallbackRoom.SLOW.toNanos();

  private final CallbackRoom room = new CallbackRoom();

  @Test
  void tenantsThatTakeLong_haveHalfOfAll() {
    for (int i = 0; i < CallbackRoom.UNDER_WAY_MAX; i++) {
      TenantId bad = new TenantId("bad" + i);
      makeSlow(bad);
      if (room.of(bad, 0) > 0) {
        room.begun(bad);
      }
    }

    assertThat(room.underWay()).isEqualTo(CallbackRoom.SLOW_UNDER_WAY_MAX);
    assertThat(room.free()).isPositive();
    assertThat(room.of(GOOD, 0)).isEqualTo(CallbackRoom.OF_TENANT_MAX);
  }

  @Test
  void slowOne_amongQuickOnes_changesNothing() {
    for (int i = 0; i < CallbackRoom.SLOW_MAX; i++) {
      room.begun(GOOD);
      room.sent(GOOD, SLOW);
      room.sent(GOOD, SLOW - 1);
      room.ended(GOOD, 0);
    }

    assertThat(room.of(GOOD, 0)).isEqualTo(CallbackRoom.OF_TENANT_MAX);
  }

  @Test
  void slowAndQuickAgain_givesBackWhatItHad() {
    makeSlow(GOOD);
    room.begun(GOOD);
    room.sent(GOOD, 0);
    room.ended(GOOD, 0);
    for (int i = 0; i < CallbackRoom.SLOW_UNDER_WAY_MAX; i++) {
      TenantId bad = new TenantId("bad" + i);
      makeSlow(bad);
      assertThat(room.of(bad, 0)).isEqualTo(1);
      room.begun(bad);
    }

    assertThat(room.of(GOOD, 0)).isEqualTo(CallbackRoom.OF_TENANT_MAX);
  }

  @Test
  void closed_forATime() {
    room.close(GOOD, Duration.ofNanos(10), Long.MAX_VALUE);

    assertThat(room.of(GOOD, Long.MAX_VALUE + 9)).isZero();
    assertThat(room.of(GOOD, Long.MAX_VALUE + 10)).isEqualTo(CallbackRoom.OF_TENANT_MAX);
  }

  @Test
  void mayLog_onceAnHour_ofEachTenant() {
    long hour = Duration.ofHours(1).toNanos();

    assertThat(room.mayLog(GOOD, 5)).isTrue();
    assertThat(room.mayLog(GOOD, 4 + hour)).isFalse();
    assertThat(room.mayLog(new TenantId("other"), 6)).isTrue();
    assertThat(room.mayLog(GOOD, 5 + hour)).isTrue();
  }

  private void makeSlow(TenantId tenant) {
    for (int i = 0; i < CallbackRoom.SLOW_MAX; i++) {
      room.begun(tenant);
      room.sent(tenant, SLOW);
      room.ended(tenant, 0);
    }
  }
}
