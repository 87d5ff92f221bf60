package dev.leat.scheduler.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.scheduler.Demand;
import dev.leat.scheduler.Load;
import dev.leat.scheduler.WorkerReport;
import dev.leat.testkit.Seed;
import io.vertx.core.buffer.Buffer;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What nodes say of themselves, in bytes. */
class FormsTest {
  private static final Demand DEMAND = new Demand(TwoNodes.VERSION.ref(), 1.5);
  private static final WorkerReport REPORT =
      new WorkerReport(new Load(1, 2, 3), true, List.of(DEMAND, DEMAND));

  @Test
  void report_isReadAsItWasWritten() {
    assertThat(ReportForm.read(ReportForm.write(REPORT, true))).isEqualTo(REPORT);
    assertThat(ReportForm.read(ReportForm.write(REPORT, false)))
        .isEqualTo(new WorkerReport(REPORT.load(), true, List.of()));
  }

  @Test
  void largestReport_fits() {
    WorkerReport largest =
        new WorkerReport(
            REPORT.load(), true, Collections.nCopies(WorkerReport.DEMANDS_MAX, DEMAND));

    assertThat(ReportForm.write(largest, true).length()).isLessThan(ReportForm.BYTES_MAX);
  }

  @Test
  void report_ofAnythingElse_isRefused() {
    Buffer good = ReportForm.write(REPORT, true);
    for (int length = 0; length < good.length(); length++) {
      Buffer cut = good.getBuffer(0, length);
      assertThatThrownBy(() -> ReportForm.read(cut)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> ReportForm.read(good.copy().appendByte((byte) 0)))
        .isInstanceOf(IllegalArgumentException.class);
    Seed seed = Seed.orElse(3);
    Random random = seed.random();
    for (int i = 0; i < 2_000; i++) {
      Buffer altered = good.copy();
      altered.setByte(random.nextInt(good.length()), (byte) random.nextInt());
      try {
        assertThat(ReportForm.read(altered)).as(seed.toString()).isNotNull();
      } catch (IllegalArgumentException e) {
        assertThat(e).as(seed.toString()).hasMessageNotContaining("null");
      }
    }
  }

  @Test
  void about_isReadAsItWasWritten_alsoWithMoreLines() {
    About about = new About(1, "there", 7);

    assertThat(About.read(about.text())).isEqualTo(about);
    assertThat(About.read(about.text() + "later more\n")).isEqualTo(about);
    for (String bad :
        new String[] {"", "format 1\n", "format x\nnode a\nincarnation 1\n", "<html>"}) {
      assertThatThrownBy(() -> About.read(bad)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
