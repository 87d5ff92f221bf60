package dev.leat.worker.capability.logging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionVersion;
import dev.leat.testkit.WasmBuilder;
import dev.leat.worker.TestFunction;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GuestLogsTest {
  private static final long SECOND = 1_000_000_000;
  private static final FunctionVersion ACME = version("acme");

  /** Tenants that fill the log together, without any that passes its own bound. */
  private static final int FLOODING = 20;

  private static final int LINE = 6_000;

  /** A log in which each character takes six bytes. */
  private final List<String> lines = new ArrayList<>();

  private long now = Long.MAX_VALUE - SECOND; // it may wrap round
  private final GuestLogs logs =
      new GuestLogs(
          (from, level, text) -> {
            lines.add(from.version().function().tenant() + " " + text);
            return level == GuestLog.Level.DEBUG ? 0 : 6 * text.length();
          },
          () -> now);

  private static FunctionVersion version(String tenant) {
    return TestFunction.handler(new WasmBuilder()).tenant(tenant).version();
  }

  private static GuestLog.From from(FunctionVersion version) {
    return new GuestLog.From(version, "r", null);
  }

  private void write(FunctionVersion version, int calls, int characters) {
    for (int i = 0; i < calls; i++) {
      logs.of(from(version)).line(GuestLog.Level.INFO, "a".repeat(characters));
    }
  }

  @Test
  void call_beyondItsLines_isCutAndSaysSo() {
    GuestLogs.CallLog call = logs.of(from(ACME));
    for (int i = 0; i < 1_005; i++) {
      call.line(GuestLog.Level.INFO, "a");
    }

    assertThat(lines).hasSize(1_001);
    assertThat(lines.getLast()).contains("the rest of this call's log is left out");
    assertThat(logs.droppedOfCalls()).isEqualTo(5);
  }

  @Test
  void call_beyondItsBytes_isCutAndSaysSo() {
    GuestLogs.CallLog call = logs.of(from(ACME));
    for (int i = 0; i < 10; i++) {
      call.line(GuestLog.Level.INFO, "a".repeat(8_192));
    }

    assertThat(lines).hasSize(3); // of 48 KiB each
    assertThat(lines.getLast()).contains("the rest of this call's log is left out");
    assertThat(logs.droppedOfCalls()).isEqualTo(8);
  }

  @Test
  void line_tooLong_isCut() {
    logs.of(from(ACME)).line(GuestLog.Level.INFO, "a".repeat(10_000));

    assertThat(lines.getFirst()).hasSize("acme ".length() + 8_192);
  }

  @Test
  void linesThatAreNotKept_useNothingUp() {
    GuestLogs.CallLog call = logs.of(from(ACME));
    for (int i = 0; i < 2_000; i++) {
      call.line(GuestLog.Level.DEBUG, "a".repeat(1_000));
    }
    call.line(GuestLog.Level.INFO, "seen");

    assertThat(lines).last().isEqualTo("acme seen");
  }

  @Test
  void tenant_beyondItsSecond_isCutAndSaysSoOnceASecond() {
    write(ACME, 100, 1_000);

    assertThat(lines).hasSize(44 + 1); // 256 KiB and the line that passes them
    assertThat(lines.getLast()).contains("bytes a second", "left out");
    assertThat(logs.droppedOfTenants()).isEqualTo(56);

    now += SECOND / 2;
    write(ACME, 100, 1_000);
    now += SECOND / 2;
    write(ACME, 100, 1_000);

    assertThat(lines).filteredOn(line -> line.contains("left out")).hasSize(2);
    assertThat(lines).hasSizeBetween(85, 92);
  }

  @Test
  void tenant_beyondItsSecond_takesNothingFromOthers() {
    write(ACME, 100, 1_000);
    lines.clear();

    write(version("other"), 1, 1_000);

    assertThat(lines).hasSize(1);
  }

  @Test
  void node_beyondItsSecond_isCutAndSaysSoOnce_andLeavesAShareToEach() {
    flood();
    assertThat(written()).isLessThan(NodeSecond.BYTES_MAX + 2 * LINE);
    assertThat(logs.droppedOfNode()).isPositive();
    assertThat(lines).filteredOn(line -> line.contains("of all functions")).hasSize(1);

    now += SECOND;
    lines.clear();
    flood();

    assertThat(written()).isLessThan(NodeSecond.BYTES + FLOODING * LINE);
    for (int i = 0; i < FLOODING; i++) {
      String tenant = "tenant-" + i + " ";
      assertThat(lines).filteredOn(line -> line.startsWith(tenant)).hasSizeGreaterThan(1);
    }
    write(version("quiet"), 1, 1_000);
    assertThat(lines).last().asString().startsWith("quiet");
  }

  /** A few that write all they may, beside many that write little. */
  @Test
  void node_thatHasRoom_leavesNoLineOut() {
    for (int second = 0; second < 3; second++) {
      for (int i = 0; i < 100; i++) {
        write(version("little-" + i), 1, 100);
      }
      write(ACME, 40, 1_000);
      write(version("other"), 40, 1_000);
      now += SECOND;
    }

    assertThat(logs.droppedOfNode()).isZero();
    assertThat(logs.droppedOfTenants()).isZero();
  }

  private void flood() {
    for (int round = 0; round < 40; round++) {
      for (int i = 0; i < FLOODING; i++) {
        write(version("tenant-" + i), 1, LINE / 6);
      }
    }
  }

  private int written() {
    return lines.stream().mapToInt(line -> 6 * (line.length() - line.indexOf(' ') - 1)).sum();
  }

  @Test
  void tenant_afterAWhile_hasASecondsWorthAndNoMore() {
    write(ACME, 100, 1_000);
    lines.clear();
    now += 1_000_000 * SECOND;

    write(ACME, 100, 1_000);

    assertThat(lines).hasSize(45);
  }

  @Test
  void manyTenants_thatHaveNotWrittenLately_areForgotten() {
    for (int i = 0; i < 5_000; i++) {
      write(version("tenant-" + i), 1, 10);
      now += SECOND;
    }

    assertThat(logs.tenants()).isLessThan(1_100);
  }
}
