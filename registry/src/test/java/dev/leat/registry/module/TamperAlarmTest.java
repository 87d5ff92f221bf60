package dev.leat.registry.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.ModuleDigest;
import dev.leat.engine.ModuleTampered;
import dev.leat.engine.ModuleTampered.Part;
import dev.leat.store.StoreFailure;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Property 53: an altered module raises an alert, and one for all of its calls. */
class TamperAlarmTest {
  private final List<AuditEntry> records = new ArrayList<>();
  private boolean isAway;
  private long nowNanos;
  private final TamperAlarm alarm =
      new TamperAlarm(this::record, "one", () -> Instant.EPOCH, () -> nowNanos);

  private void record(AuditEntry entry) {
    if (isAway) {
      throw new StoreFailure("Recording", true, new IOException("away"));
    }
    records.add(entry);
  }

  @Test
  void foundOverAndOver_isRecordedAndCountedOnce() {
    for (int call = 0; call < 10_000; call++) {
      alarm.found(tampered(1, Part.BYTES));
    }

    assertThat(alarm.count(Part.BYTES)).isEqualTo(1);
    assertThat(alarm.count(Part.CLASSES)).isZero();
    assertThat(records).hasSize(1);
    assertThat(records.getFirst().action()).isEqualTo("module.tampered");
    assertThat(records.getFirst().resource()).isEqualTo(digest(1).toString());
    assertThat(records.getFirst().actor()).isEqualTo("node/one");
    assertThat(records.getFirst().allowed()).isFalse();
  }

  @Test
  void found_whileTheDatabaseIsAway_isRecordedLater() {
    isAway = true;
    alarm.found(tampered(1, Part.BYTES));
    isAway = false;

    alarm.found(tampered(1, Part.BYTES));
    alarm.found(tampered(1, Part.BYTES));

    assertThat(records).hasSize(1);
    assertThat(alarm.count(Part.BYTES)).isEqualTo(1);
  }

  @Test
  void found_again_afterItWasWhole_isAnotherAlert() {
    alarm.found(tampered(1, Part.CLASSES));
    alarm.whole(digest(1));
    alarm.found(tampered(1, Part.CLASSES));

    assertThat(alarm.count(Part.CLASSES)).isEqualTo(2);
    assertThat(records).hasSize(2);
  }

  @Test
  void found_moreThanAreRemembered_recordsNoMore() {
    for (int i = 0; i < TamperAlarm.FOUND_MAX + 10; i++) {
      alarm.found(tampered(i, Part.BYTES));
      alarm.found(tampered(i, Part.BYTES));
    }

    assertThat(records).hasSize(TamperAlarm.FOUND_MAX);
  }

  @Test
  void pass_whatWasFoundAMomentAgo_isRefusedUnread() {
    alarm.found(tampered(1, Part.CLASSES));

    assertThatThrownBy(() -> alarm.pass(digest(1))).isInstanceOf(ModuleTampered.class);
    assertThatCode(() -> alarm.pass(digest(2))).doesNotThrowAnyException();

    nowNanos += TimeUnit.SECONDS.toNanos(TamperAlarm.LOOK_AGAIN_AFTER.toSeconds());
    assertThatCode(() -> alarm.pass(digest(1))).doesNotThrowAnyException();
  }

  private static ModuleTampered tampered(int number, Part part) {
    return new ModuleTampered(digest(number), part);
  }

  private static ModuleDigest digest(int number) {
    return ModuleDigest.of(new byte[] {(byte) number, (byte) (number >> 8)});
  }
}
