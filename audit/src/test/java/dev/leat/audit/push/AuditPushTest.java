package dev.leat.audit.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.AuditRecord;
import dev.leat.audit.AuditStore;
import dev.leat.audit.jdbi.AuditSchema;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.audit.jdbi.JdbiPushStore;
import dev.leat.store.JdbiLeases;
import dev.leat.store.LeaseLost;
import dev.leat.store.Leases;
import dev.leat.store.Leases.Lease;
import dev.leat.store.StoreSchema;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AuditPushTest {
  private static final MigratedDatabases DATABASES =
      new MigratedDatabases(StoreSchema::migrate, AuditSchema::migrate);

  private final TestDatabase database = DATABASES.h2();
  private final AuditStore records = new JdbiAuditStore(database.dataSource());
  private final Leases leases = new JdbiLeases(database.dataSource());
  private final PushStore store = new JdbiPushStore(database.dataSource(), leases);
  private final ScriptedSink sink = new ScriptedSink();

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void everyRecord_isSentInOrder_batchByBatch() throws IOException {
    record(2 * AuditPush.BATCH + 7);
    try (AuditPush push = push("a")) {
      assertThat(push.push()).isTrue();
      assertThat(push.push()).isTrue();
      assertThat(push.push()).isFalse();
      assertThat(push.push()).isFalse();
    }

    assertThat(sink.taken).isEqualTo(numbers(2 * AuditPush.BATCH + 7));
  }

  @Test
  void whatWasNotTaken_comesAgain_alsoAfterARestart() throws IOException {
    record(3);
    sink.isAway = true;
    try (AuditPush push = push("a")) {
      assertThatThrownBy(push::push).isInstanceOf(IOException.class);
    }
    leases.release(leases.take("audit/scripted", "a", Duration.ofMinutes(1)).orElseThrow());
    sink.isAway = false;
    try (AuditPush push = push("b")) {
      push.push();
      record(1);
      push.push();
    }

    assertThat(sink.taken).isEqualTo(numbers(4));
  }

  @Test
  void ofTwoNodes_oneSends() throws IOException {
    record(3);
    try (AuditPush first = push("a");
        AuditPush second = push("b")) {
      first.push();
      second.push();
      record(1);
      second.push();
      assertThat(sink.taken).isEqualTo(numbers(3));

      first.push();
    }

    assertThat(sink.taken).isEqualTo(numbers(4));
  }

  @Test
  void whoLostTheLease_keepsNothing() {
    Lease lost = leases.take("audit/scripted", "a", Duration.ofMinutes(5)).orElseThrow();
    leases.release(lost);
    leases.take("audit/scripted", "b", Duration.ofMinutes(5));

    assertThatThrownBy(() -> store.keep(lost, "scripted", 7)).isInstanceOf(LeaseLost.class);
    assertThat(store.sent("scripted")).isZero();
  }

  @Test
  void started_sendsByItself() {
    record(AuditPush.BATCH + 1);
    try (AuditPush push = push("a")) {
      push.start();
      Eventually.holds("all are sent", () -> sink.taken.size() == AuditPush.BATCH + 1);
    }
  }

  @Test
  void pausesGrow_toAMinute() {
    assertThat(List.of(1, 2, 3, 7, 1_000))
        .extracting(AuditPush::pause)
        .extracting(Duration::toSeconds)
        .containsExactly(1L, 2L, 4L, 60L, 60L);
  }

  private AuditPush push(String holder) {
    return new AuditPush(records, store, sink, leases, holder);
  }

  private void record(int count) {
    for (int i = 0; i < count; i++) {
      records.append(AuditEntry.done(Optional.empty(), "a", "", ""));
    }
    records.seal(count);
  }

  private static List<Long> numbers(int count) {
    List<Long> numbers = new ArrayList<>();
    for (long i = 1; i <= count; i++) {
      numbers.add(i);
    }
    return numbers;
  }

  private static final class ScriptedSink implements AuditSink {
    final List<Long> taken = new CopyOnWriteArrayList<>();
    volatile boolean isAway;

    @Override
    public String name() {
      return "scripted";
    }

    @Override
    public void send(List<AuditRecord> batch) throws IOException {
      if (isAway) {
        throw new IOException("away");
      }
      batch.forEach(record -> taken.add(record.seq()));
    }
  }
}
