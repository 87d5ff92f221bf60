package dev.leat.tenants.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.tenants.budget.Report.Ask;
import dev.leat.tenants.budget.Report.Loan;
import dev.leat.tenants.budget.Report.Spent;
import dev.leat.testkit.Seed;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ReportTest {
  private static final Spent SPENT = new Spent("acme/mask", 12, 3);
  private static final Ask ASK = new Ask("acme", "two", 7, -5);
  private static final Loan LOAN = new Loan("acme", "one", 9, 4, Long.MIN_VALUE);

  @Test
  void read_isWhatWasWritten() {
    Report report = Report.read(written());

    assertThat(report.spent()).containsExactly(SPENT);
    assertThat(report.asks()).containsExactly(ASK);
    assertThat(report.loans()).containsExactly(LOAN);
  }

  @Test
  void draft_hasNoRoomBeyondItsBytes() {
    Report.Draft draft = new Report.Draft(Report.OF_REQUESTS);
    int fit = 0;
    while (draft.add(new Spent("t".repeat(63) + "/" + "f".repeat(63), fit, 1))) {
      fit++;
    }

    byte[] bytes = draft.end();
    assertThat(bytes.length).isLessThanOrEqualTo(Report.BYTES_MAX);
    assertThat(Report.read(bytes).spent()).hasSize(fit).hasSizeGreaterThan(100);
  }

  @Test
  void read_nonsense_isRefused() {
    byte[] written = written();
    for (int i = 0; i < written.length; i++) {
      byte[] cut = Arrays.copyOf(written, i);
      assertThatThrownBy(() -> Report.read(cut)).isInstanceOf(IllegalArgumentException.class);
    }
    Random random = Seed.orElse(4).random();
    for (int i = 0; i < 10_000; i++) {
      byte[] changed = written.clone();
      changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      try {
        Report.read(changed);
      } catch (IllegalArgumentException refused) {
        assertThat(refused).isNotNull(); // and nothing else is thrown
      }
    }
  }

  private static byte[] written() {
    Report.Draft draft = new Report.Draft(Report.OF_REQUESTS);
    assertThat(draft.isEmpty()).isTrue();
    draft.add(SPENT);
    draft.add(ASK);
    draft.add(LOAN);
    assertThat(draft.isEmpty()).isFalse();
    return draft.end();
  }
}
